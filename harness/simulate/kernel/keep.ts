import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contradiction } from './compare.ts'
import type { HostSpec } from './host-spec.ts'
import { scriptOf } from './script.ts'
import type { Shrunk } from './shrink.ts'
import type { Tally } from './tally.ts'

const dir = join(new URL('../../..', import.meta.url).pathname, 'reports', 'simulator')

const write = (name: string, text: string): string => {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, name)
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
  return path
}

const tallyName = (seed: number): string => `campaign-${seed}.json`

/** Keeps a tally, so that the campaign can go on later. */
export const keepTally = (tally: Tally): string => write(tallyName(tally.seed), JSON.stringify(tally, null, 2))

/** The tally of this seed's last campaign; undefined where there was none. */
export function keptTally(seed: number): Tally | undefined {
  const path = join(dir, tallyName(seed))
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Tally) : undefined
}

interface Case {
  spec: HostSpec
  contradictions: Contradiction[]
  bundle: string
}

/** Keeps a host that contradicts: its description, its script and its bundle. Gives the description's path. */
export function keepContradiction(seed: number, index: number, whole: Case, smallest?: Shrunk): string {
  const name = `host-${seed}-${index}`
  const shown = smallest && smallest.bundle !== '' ? smallest : whole
  write(`${name}.bundle`, shown.bundle)
  write(`${name}.sh`, scriptOf(shown.spec))
  const { spec, contradictions } = shown
  return write(
    `${name}.json`,
    JSON.stringify(
      { seed, index, attempts: smallest?.attempts ?? 0, contradictions, spec, whole: whole.spec },
      null,
      2,
    ),
  )
}
