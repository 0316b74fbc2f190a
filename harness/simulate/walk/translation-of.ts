import type { RuleStep } from '../rules/index.ts'
import type { State } from './state.ts'

/** The rule that has translated a packet's destination on its way out; undefined where none has. */
export function translationOf({ path, packet, way }: State): RuleStep | undefined {
  if (!packet.dnat || way === 'back') return undefined
  for (let at = path; at; at = at.before) {
    const { location, rules } = at.last
    if (at.last.way !== 'out' || (location !== 'prerouting' && location !== 'output')) continue
    const step = rules.findLast(({ verdict }) => verdict === 'translate')
    if (step) return step
  }
  return undefined
}
