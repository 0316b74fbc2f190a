import type { Facts } from '../evidence/facts.ts'
import { type Answer, isRefused, isUnrouted } from './answer.ts'
import type { Ending } from './build.ts'
import { dropEnding } from './by-rules.ts'
import type { Context } from './context.ts'
import { isUnnoticed } from './hidden-from-ip.ts'
import { refused } from './refused.ts'
import { type Flow, type Station, senderOf } from './trace.ts'

/** Whether a container sends a flow's packets to this neighbour. It may have other neighbours that do not answer. */
const isReceiver = (address: string, { from, container, address: destination }: Flow, facts: Facts): boolean =>
  from?.at === 'outside' ||
  address === destination ||
  facts.containers.some(
    (each) => each.container === container && each.routes.some(({ gateway }) => gateway === address),
  )

/** The ending of a packet that no IP hook saw: it ended before the first one, or is hidden from IP. */
export function early(context: Context, answer: Answer): Ending {
  const { flow, facts, computed, marks } = context
  const sender = senderOf(flow)
  const note = (location: Station['location'], ending: Ending, way: Station['way'] = 'out'): Ending => {
    marks.closeAt(way, location, ending.summary)
    return ending
  }
  if (flow.from?.at === 'host') {
    const known = computed.dropAt('out', 'routing')
    const summary =
      known?.message ?? `the host sends nothing to ${flow.address}: ${answer.text.split(': ').at(-1)!.trim()}`
    return note('routing', { end: known?.end ?? 'no-route', summary })
  }
  // Where a bridge hides its frames from IP, no packet is seen, whether it passes or not.
  const isHidden = isUnnoticed(flow, facts)
  const before = isHidden ? computed.walk.drop : computed.early
  if (before && computed.isCertain()) return note(before.location, dropEnding(before, facts), before.way)
  if (isRefused(answer)) return refused(context, undefined)
  const silent = answer.silent.find(({ namespace, address }) => namespace !== '-' && isReceiver(address, flow, facts))
  if (silent) {
    // What the evidence still showed as known may have to be resolved by now, and a rule that drops ARP drops that too.
    const { drop, masked } = computed.walk
    const byRule = [drop, ...masked].find((each) => each?.location === 'bridge' && each.rule && each.neighbour)
    if (byRule) return note('bridge', dropEnding({ ...byRule, way: 'out' }, facts))
    const summary = `nobody answers for ${silent.address} when ${sender} looks up its hardware address`
    return note(flow.from?.at === 'outside' ? 'uplink' : 'bridge', { end: 'no-neighbour', summary })
  }
  if (before && !isUnrouted(answer)) return { end: 'unclear', summary: computed.doubt }
  if (isHidden)
    return { end: 'unclear', summary: `${flow.bridge} hides its frames from IP’s rules, and no answer came` }
  if (flow.from?.at === 'outside')
    return isUnrouted(answer)
      ? { end: 'unclear', summary: `nothing outside has a route to ${flow.address}` }
      : note('uplink', { end: 'no-link', summary: 'no packet came in from outside' })
  if (isUnrouted(answer))
    return note('container', { end: 'no-route', summary: `${sender} has no route to ${flow.address}` })
  return note('bridge', { end: 'no-link', summary: `no packet of ${sender} came out of ${flow.bridge}` })
}
