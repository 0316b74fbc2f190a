import type { LinkFact } from '../../evidence/facts.ts'
import { capital } from '../../lib/text.ts'
import type { Place } from '../flow.ts'
import type { Net } from '../net.ts'
import { hook } from './hook.ts'
import { dies, mayDie, type Next, type State } from './state.ts'

/** Leads a packet into or out of one device of the host: its state, programs on it, its queue, netdev's hooks. */
export function passDevice(
  net: Net,
  state: State,
  link: LinkFact,
  direction: 'ingress' | 'egress',
  place: Place,
  next: Next,
): State[] {
  const works = linkWorks(state, link, place)
  return attached(net, works, link, direction, place, (free) =>
    net.firewall.has('netdev', direction, link.name)
      ? hook(net, free, 'netdev', direction, { place, device: link.name }, next)
      : next(free),
  )
}

/** Notes where a link is down. */
export function linkWorks(state: State, link: LinkFact, place: Place): State {
  const setting = { name: link.name, value: link.up ? 'no carrier' : 'down' }
  if (!link.up) return dies(state, { place, end: 'no-link', says: `${link.name} is down`, setting })
  if (!link.carrier && !link.loopback)
    return dies(state, { place, end: 'no-link', says: `${link.name} has no carrier`, setting })
  return state
}

// Queues that delay a packet, or lose one where they are full; those that a quiet connection does not fill.
const harmless = new Set([
  'noqueue',
  'pfifo_fast',
  'fq',
  'fq_codel',
  'mq',
  'pfifo',
  'bfifo',
  'clsact',
  'ingress',
  'cake',
  'codel',
  'sfq',
  'prio',
])

/** What may end a packet at a device without a rule of netfilter's. */
function attached(
  net: Net,
  state: State,
  link: LinkFact,
  direction: 'ingress' | 'egress',
  place: Place,
  next: Next,
): State[] {
  const control = net.control.get(link.name)
  const unknown = [
    ...(link.xdp && direction === 'ingress' ? ['an XDP program'] : []),
    ...(control?.filters.filter(({ where }) => where === direction).length
      ? [`a traffic-control filter (${direction})`]
      : []),
    ...(direction === 'egress'
      ? (control?.qdiscs ?? []).flatMap(({ kind }) => (harmless.has(kind) ? [] : [`a ${kind} queue`]))
      : []),
  ]
  if (unknown.length === 0) return next(state)
  const what = `${unknown.join(' and ')} on ${link.name}`
  const says = `${capital(what)} may stop it: what it does is not followed.`
  const settle = `tc -s qdisc show dev ${link.name}; tc -s filter show dev ${link.name} ${direction}; ip -d link show ${link.name}`
  const doubt = { says, kind: 'bpf', key: `${direction} of ${link.name}`, settle } as const
  return mayDie(state, { place, end: 'dropped', says: `it may end at ${what}` }, doubt, next)
}

/**
 * Whether a link takes a packet of that size from another one. Of TCP large segments pass uncut between virtual links.
 * Source: linux/net/core/dev.c, is_skb_forwardable.
 */
export const takes = (link: LinkFact, { packet }: State): boolean =>
  packet.protocol === 'tcp' || link.mtu === 0 || packet.length <= link.mtu + 4
