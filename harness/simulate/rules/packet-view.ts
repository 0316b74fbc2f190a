import type { Packet } from '../packet.ts'
import type { Context } from './compiled.ts'
import { type Unknown, unknown } from './truth.ts'

/** A rule's input interface; in the bridge family the port. '' where there is none. */
export function inputOf({ family, hook, packet, device }: Context): string {
  if (family === 'netdev') return hook === 'ingress' ? device || packet.input : ''
  return family === 'bridge' ? packet.inputPort || packet.input : packet.input
}

/** A rule's output interface; in the bridge family the port. '' where there is none. */
export function outputOf({ family, hook, packet, device }: Context): string {
  if (family === 'netdev') return hook === 'egress' ? device || packet.output : ''
  return family === 'bridge' ? packet.outputPort || packet.output : packet.output
}

const protocols = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 } as const

/** The number of the packet's transport protocol; undefined of ARP. */
export const protocolNumber = ({ protocol }: Packet): number | undefined =>
  protocol === 'arp' ? undefined : protocols[protocol]

const flags = { syn: 2, 'syn-ack': 18, ack: 16 } as const

/** The bits of TCP's flags; undefined where unknown. */
export const tcpFlags = (packet: Packet): number | undefined => (packet.flags === '' ? undefined : flags[packet.flags])

/** An unknown mark as a value: once a comparison finds it equal to a constant, it has that value. */
export const unknownMark = (of: 'mark' | 'ctMark'): Unknown & { learnValue: Learn } => ({
  ...unknown('mark', of === 'mark' ? 'packet mark' : 'connection mark', 'The mark of the packet is not known.'),
  learnValue: (value) => (packet) => (typeof value === 'number' ? { ...packet, [of]: value } : packet),
})

type Learn = (value: unknown) => (packet: Packet) => Packet
