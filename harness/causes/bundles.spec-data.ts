import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Facts, readFacts } from '../evidence/facts.ts'

/** A recorded bundle and its facts. */
export interface Recorded {
  /** Under harness/, without `.bundle`. */
  path: string
  text: string
  facts: Facts
}

const root = new URL('..', import.meta.url).pathname

/** Every recorded bundle, read once for all specs: of hosts with one cause, with two, with none, or with one unknown here. */
export const recorded: readonly Recorded[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bundle'))
  .sort()
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path: path.replace(/\.bundle$/, ''), text, facts: readFacts(text) }
  })

/** A recorded bundle by its path. Throws where there is none. */
export function recordedAt(path: string): Recorded {
  const found = recorded.find((each) => each.path === path)
  if (!found) throw new RangeError(`no recorded bundle ${path}`)
  return found
}

/** The folder of the hosts that have a cause. */
export const sickFolder = (fault: string): string => `causes/${fault}/evidence/sick/`

/** The hosts of one cause, by its folder: one of them by name (`sick/debian12-broken`), and all that have the cause. */
export const bundlesOf = (fault: string) => ({
  own: (name: string): Facts => recordedAt(`causes/${fault}/evidence/${name}`).facts,
  sick: recorded
    .filter(({ path }) => path.startsWith(sickFolder(fault)))
    .map(({ path, facts }) => [path.slice(sickFolder(fault).length), facts] as const),
})
