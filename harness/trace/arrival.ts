import type { Context } from './context.ts'
import { lastOf, type TracedPacket } from './events.ts'
import { isBridged } from './links.ts'
import { containerOf } from './trace.ts'

/** Notes where a packet arrived after all hooks. */
export function arrive(context: Context, out: TracedPacket, answered: boolean): void {
  const { facts, marks } = context
  const { hook, output } = lastOf(out)
  const { source, destination } = out.last
  if (hook === 'input') return
  const device = output || out.last.output
  if (isBare(context, out) && !answered) {
    marks.last!.message = `it leaves as ${source}`
    return
  }
  if (hook === 'postrouting' && source !== out.first.source) marks.last!.message = `it leaves as ${source}`
  const message = answered ? `${destination} answers` : 'no answer came'
  const [link, end] = isBridged(facts, device) ? (['bridge', 'container'] as const) : (['uplink', 'outside'] as const)
  marks.push({ way: 'out', location: link, message: device })
  marks.push({ way: 'out', location: end, message })
}

/** Whether it leaves the host with a source that the outside cannot answer. */
export function isBare({ flow, facts, computed }: Context, out: TracedPacket): boolean {
  const { drop: known } = computed.walk
  const leaves = lastOf(out).hook === 'postrouting' && !isBridged(facts, out.last.output)
  if (leaves && known?.end === 'unmasqueraded') return true
  // A simulated drop does not count where the packet was seen to pass it.
  const refuted = known?.way === 'out' && known !== computed.beyond
  return leaves && containerOf(flow) !== undefined && out.last.source === flow.source && (!known || refuted)
}
