import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { exit, LabError, messageOf } from './lib/errors.ts'
import { runSuite } from './simulate/kernel/suite.ts'

// `npm run properties`: more random inputs for the properties that the specs hold for a few. Exit 1 where one fails.
const usage = `npm run properties -- [--runs N] [--seed S] [--only WORD] [--minutes M]
  --runs N     inputs for each property (100000), in parts with a seed each
  --seed S     the seed of the first part (1); the next part has the next seed, so a stopped campaign goes on from there
  --only WORD  only the specs with this word in their path, as load
  --minutes M  begins no part after so many minutes, and names the seed to go on from`
const part = 10_000

/** Reads the command line. Throws LabError `usage`. */
function readOptions(args: string[]): { runs: number; seed: number; only: string; minutes: number } {
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({ args, options: { runs: text, seed: text, only: text, minutes: text } })
    const number = (name: 'runs' | 'seed' | 'minutes', usual: number): number => {
      const value = Number(values[name] ?? usual)
      if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} takes a whole number`)
      return value
    }
    const minutes = number('minutes', Number.MAX_SAFE_INTEGER)
    return { runs: number('runs', 100_000), seed: number('seed', 1), only: values.only ?? '', minutes }
  } catch (error) {
    throw new LabError('usage', messageOf(error), { hint: usage, cause: error })
  }
}

async function main(): Promise<number> {
  const { runs, seed, only, minutes } = readOptions(process.argv.slice(2))
  const here = fileURLToPath(new URL('.', import.meta.url))
  const specs = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.properties.spec.ts') && file.includes(only))
    .map((file) => relative('', join(here, file)))
    .sort()
  if (specs.length === 0) throw new LabError('no-match', `no spec with properties has ${only} in its path`)
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')
  const began = performance.now()
  for (let [left, now] = [runs, seed]; left > 0; left -= part, now++) {
    const minutesTaken = (performance.now() - began) / 60_000
    if (minutesTaken > minutes) {
      console.log(`${runs - left} inputs in ${Math.round(minutesTaken)} min; to go on: --runs ${left} --seed ${now}`)
      return exit.passed
    }
    const count = Math.min(part, left)
    const env = { ...process.env, DOCKFAULT_RUNS: String(count), DOCKFAULT_SEED: String(now) }
    console.log(`seed ${now}: ${count} inputs for each property, ${left - count} to come`)
    const { status } = spawnSync(process.execPath, [mocha, ...specs], { env, stdio: 'inherit' })
    if (status !== 0) return exit.failed
  }
  return exit.passed
}

runSuite(main)
