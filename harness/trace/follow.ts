import type { Header, TracedPacket } from './events.ts'
import type { Flow } from './trace.ts'

/** One flow's packets: the first one, its answer, and those that close the connection. */
export interface FlowPackets {
  out?: TracedPacket
  back?: TracedPacket
  /** Set where an answer came: the packet that closes the connection, and the answer to that. */
  closing?: TracedPacket
  closed?: TracedPacket
}

const syn = 0x02
const ack = 0x10
const rst = 0x04
const fin = 0x01

/**
 * Picks one flow's packets from all that were seen; of packets that were sent again, the one that came furthest.
 * `senders` are the source addresses of other flows.
 */
export function packetsFor(flow: Flow, all: readonly TracedPacket[], senders: ReadonlySet<string>): FlowPackets {
  // A sender outside has an address that is not known here.
  const isOwn = (packet: TracedPacket): boolean =>
    isOf(flow, packet) && !(flow.from?.at === 'outside' && senders.has(packet.first.source))
  const begins = all.filter((packet) => isOwn(packet) && begin(packet.first))
  const answers = new Map(begins.map((out) => [out, all.filter((each) => answersTo(out, each))]))
  const furthest = (packets: readonly TracedPacket[]): TracedPacket | undefined =>
    packets.toSorted((a, b) => b.steps.length - a.steps.length)[0]
  const answered = begins.filter((out) => answers.get(out)!.length > 0)
  const out = furthest(answered.length > 0 ? answered : begins)
  if (!out) return {}
  const back = furthest(answers.get(out)!)
  if (flow.protocol !== 'tcp') return { out, ...(back && { back }) }
  const closing = furthest(
    all.filter((packet) => {
      const { flags, sourcePort } = packet.first
      return isOwn(packet) && sourcePort === out.first.sourcePort && (flags & fin) !== 0
    }),
  )
  const closed = closing && furthest(all.filter((each) => reverses(closing, each) && (each.first.flags & fin) !== 0))
  return { out, ...(back && { back }), ...(closing && { closing }), ...(closed && { closed }) }
}

function isOf({ source, address, port, protocol, from }: Flow, { first, steps }: TracedPacket): boolean {
  if (first.destination !== address || first.protocol !== protocol) return false
  if (protocol !== 'icmp' && first.destinationPort !== port) return false
  // Only the host's own packets start at output.
  if (from?.at === 'outside') return steps[0]?.hook !== 'output'
  return (source === '' || first.source === source) && (from?.at === 'host') === (steps[0]?.hook === 'output')
}

const begin = ({ protocol, flags }: Header): boolean =>
  protocol === 'tcp' ? (flags & (syn | ack | rst | fin)) === syn : protocol === 'udp' || flags === 8

const answersTo = (out: TracedPacket, each: TracedPacket): boolean => {
  const { protocol, flags } = each.first
  if (!reverses(out, each)) return false
  return protocol === 'tcp' ? (flags & (syn | rst)) !== 0 && (flags & ack) !== 0 : protocol === 'udp' || flags === 0
}

/** Whether a packet answers another one, by the other's last seen addresses. */
function reverses({ last }: TracedPacket, { first }: TracedPacket): boolean {
  if (first.protocol !== last.protocol) return false
  const ends = first.source === last.destination && first.destination === last.source
  return ends && first.sourcePort === last.destinationPort && first.destinationPort === last.sourcePort
}
