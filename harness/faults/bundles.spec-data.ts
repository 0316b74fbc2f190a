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
// Read once for the specs of all faults.
const bundles = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bundle'))
  .sort()
  .map((path) => [path.replace(/\.bundle$/, ''), readFacts(readFileSync(join(root, path), 'utf8'))] as const)
const byPath = new Map(bundles)

/** The bundles beside all faults, sorted for one of them by its folder's name. */
export function bundlesOf(fault: string): Bundles {
  const sick = `${fault}/evidence/sick/`
  return {
    own: (name) => byPath.get(`${fault}/evidence/${name}`)!,
    sick: bundles.filter(([path]) => path.startsWith(sick)).map(([path, facts]) => [path.slice(sick.length), facts]),
    others: bundles.filter(([path]) => !path.startsWith(sick)),
  }
}
