import type { Ending } from './build.ts'
import type { Context } from './context.ts'
import { lastOf, type TracedPacket } from './events.ts'

/**
 * The ending of a refused connection, which a published port should never refuse. `unheard`: the refusal did not arrive
 * at the sender.
 */
export function refused({ flow, marks }: Context, out: TracedPacket | undefined, unheard = false): Ending {
  const open = `${flow.address} refuses the connection: the path there and back is open`
  if (!out || (flow.kind !== 'published' && !unheard)) return { end: 'refused', summary: open }
  marks.cut(marks.all.findLastIndex(({ way }) => way === 'out') + 1)
  const { destination, destinationPort } = out.last
  const who = lastOf(out).hook === 'input' ? 'on the host' : 'in the container'
  const summary = `nothing ${who} listens at ${destination}:${destinationPort}/${flow.protocol}: the connection is refused`
  marks.last!.message = summary
  return { end: 'no-listener', summary }
}
