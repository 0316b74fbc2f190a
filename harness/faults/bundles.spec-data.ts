import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Facts, readFacts } from '../evidence/facts.ts'

/** What hosts have said of themselves, as one fault's detector should take it. Names are without `.bundle`. */
export interface Bundles {
  /** One of the fault's own: `sick/debian12-broken`. */
  own(name: string): Facts
  /** Hosts that have the fault. */
  sick: readonly (readonly [name: string, facts: Facts])[]
  /** All other hosts: well ones, and those of the other faults. */
  others: readonly (readonly [path: string, facts: Facts])[]
}

const root = new URL('.', import.meta.url).pathname
const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bundle'))
  .map((path) => path.replace(/\.bundle$/, ''))
  .sort()
const read = (path: string): Facts => readFacts(readFileSync(join(root, `${path}.bundle`), 'utf8'))

/** The bundles beside all faults, sorted for one of them by its folder's name. */
export function bundlesOf(fault: string): Bundles {
  const sick = `${fault}/evidence/sick/`
  return {
    own: (name) => read(`${fault}/evidence/${name}`),
    sick: paths.filter((path) => path.startsWith(sick)).map((path) => [path.slice(sick.length), read(path)]),
    others: paths.filter((path) => !path.startsWith(sick)).map((path) => [path, read(path)]),
  }
}
