import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exit } from '../lib/errors.ts'
import { runSuite } from '../simulate/kernel/suite.ts'
import { equivalentsText, readEquivalents } from './equivalents.ts'
import { judge } from './judge.ts'
import { readOptions } from './options.ts'
import { changedSince, scopesOf } from './scope.ts'
import { readSources } from './specs.ts'
import { type Row, rowOf, score, survivorsOf, tableOf } from './table.ts'

// `npm run mutants`: changes what judges, one small change at a time, and shows which changes no spec notices. Exit 1
// where they notice fewer than the config's threshold.
const root = fileURLToPath(new URL('../..', import.meta.url))
const reports = join(root, 'reports/mutants')
const config = JSON.parse(readFileSync(join(root, 'stryker.config.json'), 'utf8')) as {
  mutate: string[]
  thresholds: { break: number }
}

async function main(): Promise<number> {
  const { folders, since, near } = readOptions(process.argv.slice(2))
  process.chdir(root)
  const sources = readSources(root)
  const changed = since === undefined ? undefined : changedSince(since, root)
  const equivalents = readEquivalents(equivalentsText())
  const rows: Row[] = []
  mkdirSync(reports, { recursive: true })
  for (const scope of scopesOf(config.mutate, folders, changed)) {
    rows.push(rowOf(scope.folder, await judge(scope, sources, { root, near }), equivalents))
    // After every folder, so that a campaign of hours that is stopped leaves what it has found.
    writeFileSync(join(reports, 'survivors.txt'), `${tableOf(rows)}\n\n${survivorsOf(rows)}\n`)
  }
  if (rows.length === 0) console.log('nothing that is mutated has changed')
  else console.log(`\n${survivorsOf(rows)}\n\n${tableOf(rows)}\n`)
  const percent = score(rows)
  if (percent === undefined || percent >= config.thresholds.break) return exit.passed
  console.log(`specs notice ${percent.toFixed(1)} % of the changes; the threshold is ${config.thresholds.break} %`)
  return exit.failed
}

runSuite(main)
