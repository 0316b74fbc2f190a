import type { Packet } from '../packet.ts'
import type { Family, HookName } from '../rules/index.ts'
import { type State, withPacket } from './state.ts'

/**
 * Conntrack sees a packet, at IP's prerouting or output. An answer to a packet that it has not seen belongs to no
 * connection; a UDP answer starts a new one. Source: linux/net/netfilter/nf_conntrack_core.c, resolve_normal_ct.
 */
export function meet(state: State, family: Family, hook: HookName): State {
  const { packet, way, met } = state
  if ((hook !== 'prerouting' && hook !== 'output') || (family !== 'ip' && family !== 'ip6')) return state
  if (packet.state === 'untracked' || met?.[way]) return state
  const zone = way === 'out' ? packet.zone : met?.zone
  const known = { ...state, met: { out: false, back: false, ...met, [way]: true, ...(zone && { zone }) } }
  if (way === 'out' || packet.state !== 'established' || packet.direction !== 'reply') return known
  if (!met?.out) return withPacket(known, taken(packet))
  // Conntrack keeps separate connections for each zone. Source: linux/net/netfilter/nf_conntrack_zones.h.
  const by = (packet.zone ?? zone)?.by
  const [sought, own] = [packet.zone?.answers ?? 0, zone?.own ?? 0]
  if (!by || sought === (zone?.answers ?? 0)) return known
  // As a new connection it may be the reverse of the first one, and conntrack does not keep both.
  const clashes = sought === own && !packet.snat && !packet.dnat && packet.protocol !== 'icmp'
  return withPacket({ ...known, stranded: { by, clashes } }, { ...stateless, ...taken(packet) })
}

const stateless: Partial<Packet> = { direction: 'original', dnat: false, snat: false }

// Source: nf_conntrack_proto_tcp.c, tcp_conntracks, and nf_conntrack_proto_icmp.c, nf_conntrack_icmp_packet.
const taken = (packet: Packet): Partial<Packet> => (packet.protocol === 'udp' ? again(packet) : { state: 'invalid' })

/** An answer as the first packet of a connection. */
export const again = ({ source, destination, destinationPort }: Packet): Partial<Packet> => ({
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
