import type { Facts, IpsecPolicy } from '../../evidence/facts.ts'
import { inPrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Location } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { eitherSetting } from '../stack.ts'
import { dies, mayDie, type Next, type State, withDoubt } from './state.ts'

/** A check of a packet by policies; `by` is the device that it leaves by. */
interface Check {
  direction: IpsecPolicy['direction']
  by: string
  location: Location
}

/**
 * A packet meets the host's IPsec policies. The matching one of the lowest priority decides, the older of two. Source:
 * linux/net/xfrm/xfrm_policy.c, xfrm_policy_lookup_bytype and __xfrm_policy_check; ip_forward.c.
 */
export function underPolicies(net: Net, state: State, check: Check, next: Next): State[] {
  if (net.facts.ipsec.length === 0 || isExempt(net, state.packet, check)) return next(state)
  const policies = inOrder(net.facts).filter(({ direction }) => direction === check.direction)
  return meet(state, policies, check, next)
}

/** The kernel lists the newest first. */
const inOrder = oncePer(({ ipsec }: Facts) =>
  ipsec.toReversed().toSorted((one, other) => one.priority - other.priority),
)

function meet(state: State, policies: readonly IpsecPolicy[], check: Check, next: Next): State[] {
  const packet = seenBy(state, check)
  const [first, ...others] = policies.filter((each) => matches(each, packet) !== false)
  if (!first) return next(state)
  const { text, action, transforms } = first
  const named = `the IPsec policy “${text}”`
  const drop = { location: check.location, end: 'dropped', message: `blocked by ${named}` } as const
  const known = matches(first, packet) === true
  const settle = 'ip xfrm state; cat /proc/net/xfrm_stat'
  // What is not known of a policy, such as a mark, may differ between a packet and its answer.
  const key = `${text}, ${state.way}`
  const open = { message: `Whether ${named} applies is not known.`, kind: 'other', key, settle } as const
  if (action === 'block')
    return known ? [dies(state, drop)] : mayDie(state, drop, open, (lives) => meet(lives, others, check, next))
  if (transforms) {
    const message = `IPsec’s part is not simulated: ${named} applies.`
    const lost = { ...drop, message: `perhaps lost with IPsec, by ${named}` }
    return mayDie(state, lost, { message, kind: 'other', key, settle }, next)
  }
  const applies = known || state.doubts.find((each) => each.key === key)?.holds
  return [
    ...(applies === false ? [] : next(known ? state : withDoubt(state, { ...open, holds: true }))),
    ...(applies ? [] : meet(withDoubt(state, { ...open, holds: false }), others, check, next)),
  ]
}

/**
 * A check of what came in uses the addresses before NAT; what goes out has those after it. Source:
 * linux/net/netfilter/nf_nat_core.c, __nf_nat_decode_session.
 */
const seenBy = ({ packet, arrived }: State, { direction }: Check): Packet =>
  direction !== 'out' && arrived && (packet.snat || packet.dnat) ? arrived : packet

/** Policies of loopback are off. Source: linux/net/ipv4/devinet.c, inetdev_init: NOXFRM and NOPOLICY for lo. */
function isExempt({ host }: Net, { input }: Packet, { direction, by }: Check): boolean {
  if (direction === 'out') return by === 'lo'
  return input === 'lo' || eitherSetting(host, input, 'disable_policy')
}

/** Undefined where a condition is not known. */
function matches({ source, destination, more }: IpsecPolicy, packet: Packet): boolean | undefined {
  if (!inPrefix(packet.source, source) || !inPrefix(packet.destination, destination)) return false
  const [, protocol, rest = ''] = /^(?:proto (\S+))?(.*)$/.exec(more) ?? []
  if (protocol && protocol !== packet.protocol && isNamed(protocol)) return false
  // The kernel chooses the other port of a connection, none of the first 1024.
  const [port, number] = /\bdport (\d+)(?= |$)/.exec(rest) ?? []
  const isKnown = number !== undefined && packet.direction === 'original'
  if (isKnown && Number(number) !== packet.destinationPort) return false
  if (!isKnown && Number(number) < 1024) return false
  const left = isKnown ? rest.replace(port!, '').trim() : rest.trim()
  return left === '' && (!protocol || isNamed(protocol)) ? true : undefined
}

const isNamed = (protocol: string): boolean => ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'gre'].includes(protocol)
