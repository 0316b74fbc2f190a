import { isDiscovery, type Packet } from '../packet.ts'
import type { Context } from './compiled.ts'
import type { RuleStep } from './types.ts'

/** Bits of `ct state`. Source: linux/netfilter/nf_conntrack_common.h. */
export const stateBits: Record<string, number> = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 }

/** Bits of `ct status`. */
export const statusBits: Record<string, number> = {
  expected: 1,
  'seen-reply': 2,
  assured: 4,
  confirmed: 8,
  snat: 16,
  dnat: 32,
  dying: 512,
}

/** Conntrack's own priority at prerouting and output: NF_IP_PRI_CONNTRACK. */
export const conntrackPriority = -200

/** Whether conntrack has seen the packet before a chain does. */
export function isTracked({ packet, hook, priority }: Context): boolean {
  if (packet.state === 'untracked' || packet.state === 'invalid' || packet.protocol === 'arp') return false
  if (packet.tracked) return true
  if (hook === 'ingress') return false
  return (hook !== 'prerouting' && hook !== 'output') || priority >= conntrackPriority
}

/**
 * Whether a rule has put the packet into a zone before conntrack. Until conntrack sees the packet, rules see the zone's
 * template as its connection. Source: linux/net/netfilter/xt_CT.c, nft_ct.c.
 */
export const hasTemplate = (context: Context): boolean =>
  context.packet.zone !== undefined &&
  context.packet.state !== 'untracked' &&
  context.packet.state !== 'invalid' &&
  !isTracked(context)

/** The packet's bit of `ct state`. */
export function stateOf(context: Context): number {
  const { state } = context.packet
  if (state === 'untracked' && !isEarlyDiscovery(context)) return stateBits.untracked!
  return isTracked(context) ? stateBits[state]! : stateBits.invalid!
}

/**
 * Conntrack does not track IPv6 neighbour discovery; chains before conntrack do not see that decision.
 * Source: linux/net/netfilter/nf_conntrack_proto_icmpv6.c, nf_conntrack_icmpv6_error.
 */
const isEarlyDiscovery = ({ packet, hook, priority }: Context): boolean =>
  isDiscovery(packet) && (hook === 'prerouting' || hook === 'output') && priority < conntrackPriority

/** The bits of `ct status`, and which of them are known. Only for a tracked packet. */
export function statusOf({ packet, hook }: Context): { bits: number; known: number } {
  const { snat, dnat, state, direction } = packet
  // A packet that comes back by `lo` has passed postrouting, which confirms connections.
  const looped = packet.input === 'lo' && (hook === 'prerouting' || hook === 'input')
  const answered = state === 'established' || state === 'related' || direction === 'reply'
  const bits = (snat ? 16 : 0) | (dnat ? 32 : 0) | (answered ? 2 | 8 : 0) | (looped ? 8 : 0)
  // A connection is assured only after some packets; the other bits show NAT's progress.
  const known = 1 | 2 | 8 | 16 | 32 | 512 | (answered ? 0 : 4)
  return { bits, known }
}

/** This works only before conntrack: a packet that conntrack has seen, or that has a zone, stays tracked. */
export const untracked = (context: Context, step: () => RuleStep): Packet =>
  isTracked(context) || context.packet.zone || context.packet.state === 'untracked'
    ? context.packet
    : { ...context.packet, state: 'untracked', untrackedBy: step() }
