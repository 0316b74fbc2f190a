import type { Facts } from '../evidence/facts.ts'
import { blame, drop, type Ending, outcomeOf } from './build.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { isBridged } from './links.ts'
import { lostAfter } from './lost.ts'
import type { Location, Station, TracedRule } from './trace.ts'
import { tracedRuleOf } from './traced-rule.ts'
import { type Visit, visitsOf } from './visits.ts'

/**
 * Follows a packet from hook to hook as its brackets and rules saw it, and notes each location; gives the ending where
 * it did not get through. `route` is the kernel's route lookup.
 */
export function pass(context: Context, way: Station['way'], packet: TracedPacket, route: string): Ending | undefined {
  const { facts, marks } = context
  const visits = visitsOf(packet, (decision) => tracedRuleOf(decision, facts))
  for (const [index, visit] of visits.entries()) {
    noteRoute(context, way, packet, visits, index)
    const { rules } = visit
    marks.note({ way, location: locationOf(visit, facts), ...outcomeOf(rules), rules })
    const terminatingRule = rules.find(({ verdict }) => verdict === 'drop' || verdict === 'reject')
    if (terminatingRule) return terminatedBy(context, way, terminatingRule)
  }
  const lost = lostAfter(context, way, packet, visits.at(-1)!, route)
  if (!lost) return undefined
  return 'terminatingRule' in lost ? terminatedBy(context, way, lost.terminatingRule) : lost.ending
}

function locationOf({ family, hook, input }: Visit, facts: Facts): Location {
  if (family === 'ip') return hook as Location
  return family === 'bridge' || isBridged(facts, input) ? 'bridge' : 'uplink'
}

/** The kernel routes a packet after prerouting, and before the host's own output. */
function noteRoute(
  { computed, marks }: Context,
  way: Station['way'],
  { first, last }: TracedPacket,
  visits: readonly Visit[],
  index: number,
): void {
  const { family, hook, input, output } = visits[index]!
  const stays = input !== '' && input === output && first.destination === last.destination
  const before = visits.slice(0, index).some((visit) => visit.family === 'ip')
  const chosen =
    family === 'ip' && ((hook === 'output' && !before) || hook === 'input' || (hook === 'forward' && !stays))
  if (!chosen) return
  const message =
    hook === 'input'
      ? `${last.destination} is the host’s own`
      : (computed.routeBy(way, output) ?? `to ${last.destination} by ${output}`)
  marks.note({ way, location: 'routing', message })
}

function terminatedBy({ marks }: Context, way: Station['way'], terminatingRule: TracedRule): Ending {
  const mark = marks.last!
  mark.message = blame(terminatingRule)
  if (!mark.rules?.includes(terminatingRule)) mark.rules = [...(mark.rules ?? []), terminatingRule]
  return drop(terminatingRule, way === 'back' ? 'the answer' : 'the packet')
}
