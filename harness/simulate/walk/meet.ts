import type { Packet } from '../packet.ts'
import type { Family, HookName } from '../rules/index.ts'
import { type State, withPacket } from './state.ts'

/**
 * Conntrack meets a packet, at prerouting or output of IP. An answer to what it has not seen belongs to no connection:
 * that of UDP begins a new one. Source: linux/net/netfilter/nf_conntrack_core.c, resolve_normal_ct.
 */
export function meet(state: State, family: Family, hook: HookName): State {
  const { packet, way, met } = state
  if ((hook !== 'prerouting' && hook !== 'output') || (family !== 'ip' && family !== 'ip6')) return state
  if (packet.state === 'untracked' || met?.[way]) return state
  const known = { ...state, met: { out: false, back: false, ...met, [way]: true } }
  const strange = way === 'back' && !met?.out && packet.state === 'established' && packet.direction === 'reply'
  return strange ? withPacket(known, taken(packet)) : known
}

// Source: nf_conntrack_proto_tcp.c, tcp_conntracks, and nf_conntrack_proto_icmp.c, nf_conntrack_icmp_packet.
const taken = (packet: Packet): Partial<Packet> =>
  packet.protocol === 'udp' || packet.flags === 'ack' ? anew(packet) : { state: 'invalid' }

/** An answer as the first packet of a connection. */
export const anew = ({ source, destination, destinationPort }: Packet): Partial<Packet> => ({
  state: 'new',
  direction: 'original',
  originalSource: source,
  originalDestination: destination,
  originalDestinationPort: destinationPort,
  dnat: false,
  snat: false,
  destinationBound: false,
  sourceBound: false,
})
