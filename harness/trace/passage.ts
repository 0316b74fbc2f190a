import type { Facts } from '../evidence/facts.ts'
import { blame, drop, type Ending, told } from './build.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { tracedRuleOf } from './hop.ts'
import { isBridged } from './links.ts'
import { lostAfter } from './lost.ts'
import type { Location, Station, TracedRule } from './trace.ts'
import { type Visit, visitsOf } from './visits.ts'

/**
 * Leads a packet from hook to hook as its brackets and rules saw it, and notes each place on the way; gives the ending
 * where it did not get through. `route` is the kernel's word on its route.
 */
export function pass(context: Context, way: Station['way'], packet: TracedPacket, route: string): Ending | undefined {
  const { facts, marks } = context
  const visits = visitsOf(packet, (decision) => tracedRuleOf(decision, facts))
  for (const [index, visit] of visits.entries()) {
    noteRoute(context, way, packet, visits, index)
    const { rules } = visit
    marks.note({ way, location: locationOf(visit, facts), message: told(rules), rules })
    const terminatingRule = rules.find(({ verdict }) => verdict === 'drop' || verdict === 'reject')
    if (terminatingRule) return killedBy(context, way, terminatingRule)
  }
  const lost = lostAfter(context, way, packet, visits.at(-1)!, route)
  if (!lost) return undefined
  return 'terminatingRule' in lost ? killedBy(context, way, lost.terminatingRule) : lost.ending
}

function locationOf({ family, hook, input }: Visit, facts: Facts): Location {
  if (family === 'ip') return hook as Location
  return family === 'bridge' || isBridged(facts, input) ? 'bridge' : 'uplink'
}

/** Between prerouting and what follows, and before the host's own output, a route is chosen. */
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

function killedBy({ marks }: Context, way: Station['way'], terminatingRule: TracedRule): Ending {
  const mark = marks.last!
  mark.message = blame(terminatingRule)
  if (!mark.rules?.includes(terminatingRule)) mark.rules = [...(mark.rules ?? []), terminatingRule]
  return drop(terminatingRule, way === 'back' ? 'the answer' : 'the packet')
}
