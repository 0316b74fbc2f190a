import { type Answer, isRefused, isUnrouted } from './answer.ts'
import type { Ending } from './build.ts'
import { dropEnding } from './by-rules.ts'
import type { Context } from './context.ts'
import { refused } from './refused.ts'
import { type Station, senderOf } from './trace.ts'
import { isUnnoticed } from './unseen.ts'

/** The ending of a packet that was seen at no hook of IP: what stopped it stands before the first one, or is not seen. */
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
  // Over a bridge whose frames IP is not shown nothing is seen of a packet, whether it passes or not.
  const isHidden = isUnnoticed(flow, facts)
  const before = isHidden ? computed.walk.drop : computed.early
  if (before && computed.isCertain()) return note(before.location, dropEnding(before, facts), before.way)
  if (isRefused(answer)) return refused(context, undefined)
  const [silent] = answer.silent.filter(({ namespace }) => namespace !== '-')
  if (silent) {
    const summary = `nobody answers ${sender} for ${silent.address}: its hardware address is not found`
    return note(flow.from?.at === 'outside' ? 'uplink' : 'bridge', { end: 'no-neighbour', summary })
  }
  if (before && !isUnrouted(answer)) return { end: 'unclear', summary: computed.doubt }
  if (isHidden)
    return { end: 'unclear', summary: `${flow.bridge} shows its frames to no rule of IP, and no answer came` }
  if (flow.from?.at === 'outside')
    return isUnrouted(answer)
      ? { end: 'unclear', summary: `nobody outside has a way to ${flow.address}` }
      : note('uplink', { end: 'no-link', summary: 'no packet came in from outside' })
  if (isUnrouted(answer))
    return note('container', { end: 'no-route', summary: `${sender} has no way to ${flow.address}` })
  return note('bridge', { end: 'no-link', summary: `no packet of ${sender} came out of ${flow.bridge}` })
}
