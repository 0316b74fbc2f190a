import type { Facts } from '../evidence/facts.ts'
import { blame, death, type Ending, told } from './build.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { hopOf } from './hop.ts'
import { isBridged } from './links.ts'
import { lostAfter } from './lost.ts'
import type { Hop, Place, Station } from './trace.ts'
import { type Visit, visitsOf } from './visits.ts'

/**
 * Leads a packet from hook to hook as its brackets and rules saw it, and notes each place on the way; gives the ending
 * where it did not get through. `route` is the kernel's word on its route.
 */
export function pass(context: Context, way: Station['way'], packet: TracedPacket, route: string): Ending | undefined {
  const { facts, marks } = context
  const visits = visitsOf(packet, (decision) => hopOf(decision, facts))
  for (const [index, visit] of visits.entries()) {
    noteRoute(context, way, packet, visits, index)
    const { hops } = visit
    marks.note({ way, place: placeOf(visit, facts), says: told(hops), hops })
    const killer = hops.find(({ verdict }) => verdict === 'drop' || verdict === 'reject')
    if (killer) return killedBy(context, way, killer)
  }
  const lost = lostAfter(context, way, packet, visits.at(-1)!, route)
  if (!lost) return undefined
  return 'killer' in lost ? killedBy(context, way, lost.killer) : lost.ending
}

function placeOf({ family, hook, input }: Visit, facts: Facts): Place {
  if (family === 'ip') return hook as Place
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
  const says =
    hook === 'input'
      ? `${last.destination} is the host’s own`
      : (computed.routeBy(way, output) ?? `to ${last.destination} by ${output}`)
  marks.note({ way, place: 'routing', says })
}

function killedBy({ marks }: Context, way: Station['way'], killer: Hop): Ending {
  const mark = marks.last!
  mark.says = blame(killer)
  if (!mark.hops?.includes(killer)) mark.hops = [...(mark.hops ?? []), killer]
  return death(killer, way === 'back' ? 'the answer' : 'the packet')
}
