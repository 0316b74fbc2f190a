import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { flowTo, largeFlow, readTarget } from '../trace/flow.ts'
import { readTraces } from '../trace/read-traces.ts'
import { withSettled } from '../trace/settled.ts'
import type { Flow } from '../trace/trace.ts'

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
    const name = path.replace(/\.bundle$/, '')
    return { path: name, text, facts: name.startsWith('causes/') ? settled(name, readFacts(text)) : readFacts(text) }
  })

/** The facts of a host on which a packet of a large transfer was followed, with what that settled. */
function settled(name: string, facts: Facts): Facts {
  const file = join(root, `${name}.packets`)
  if (!existsSync(file)) return facts
  const flow = largeFlow(flowTo(readTarget('probe-default@203.0.113.10:80'), facts) as Flow)
  const text = readFileSync(file, 'utf8')
  return withSettled(facts, readTraces(text, [flow], facts, { path: '/large' }))
}

/** A recorded bundle by its path. Throws where there is none. */
export function recordedAt(path: string): Recorded {
  const found = recorded.find((each) => each.path === path)
  if (!found) throw new RangeError(`no recorded bundle ${path}`)
  return found
}

/** The folder of the hosts that have a cause. */
export const sickFolder = (fault: string): string => `causes/${fault}/evidence/sick/`

/**
 * The hosts of one cause, by its folder: one of them by name (`sick/debian12-broken`), and all that have the cause.
 * Throws where none has it, so that no spec loops over nothing.
 */
export function bundlesOf(fault: string) {
  const sick = recorded
    .filter(({ path }) => path.startsWith(sickFolder(fault)))
    .map(({ path, facts }) => [path.slice(sickFolder(fault).length), facts] as const)
  if (sick.length === 0) throw new RangeError(`no recorded bundle in ${sickFolder(fault)}`)
  return { own: (name: string): Facts => recordedAt(`causes/${fault}/evidence/${name}`).facts, sick }
}
