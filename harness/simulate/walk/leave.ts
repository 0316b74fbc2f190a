import type { LinkFact } from '../../evidence/facts.ts'
import { capital } from '../../lib/text.ts'
import type { Location } from '../flow.ts'
import type { Net } from '../net.ts'
import { sourceOn } from '../rules/own-addresses.ts'
import { deviceOf, isLocal } from '../stack.ts'
import { exchange, speaker } from './arp.ts'
import { silence } from './arp-answer.ts'
import { lacksArp } from './neighbour.ts'
import { hasAnswered } from './seen-answers.ts'
import type { Receiver } from './segment.ts'
import { dies, mayDie, type Next, type State } from './state.ts'
import { unlessUnasked } from './unasked.ts'

const elsewhere: Receiver = { is: 'elsewhere', port: undefined }

/** The packet leaves the host, to the neighbour with the address `nextHop`. */
export function leave(
  net: Net,
  state: State,
  link: LinkFact,
  nextHop: string,
  port: string,
  location: Location,
  next: Next,
): State[] {
  const gone: Next = (out) => next({ ...out, position: { at: 'outside', device: link.name } })
  const { packet } = state
  const none = (message: string, isNamed = false): State[] =>
    gone(dies(state, { location, end: 'no-neighbour', message, neighbour: { address: nextHop, isNamed } }))
  const entry = net.host.neighbours.find(({ address, dev }) => address === nextHop && dev === link.name)
  if (entry?.state.includes('PERMANENT')) return set(net, state, link, nextHop, entry.mac ?? '', location, gone)
  if (lacksArp(link)) return none(`ARP is off for ${link.name}: packets for ${nextHop} find no receiver`)
  if (link.noarp) return gone(state)
  if (entry?.state.some((word) => word === 'FAILED' || word === 'INCOMPLETE'))
    return none(`nobody answers for ${nextHop} on ${link.name}: its neighbour entry is ${entry.state.join(', ')}`, true)
  // Another machine may have the same address; its entry proves that.
  if (deviceOf(net.host, nextHop) && entry?.mac === undefined) return unmet(state, link, nextHop, location, gone)
  if (net.readable.has(packet.destination))
    return none(`${packet.destination} is a container’s address, but the packet is sent out by ${link.name}`)
  const met = state.acquainted.some((each) => each.by === '' && each.address === nextHop && each.device === link.name)
  if (met || entry?.mac !== undefined) return gone(state)
  const source = isLocal(net.host, packet.source)
    ? packet.source
    : (sourceOn(net.host.links, link.name, nextHop) ?? '0.0.0.0')
  const question = {
    asker: speaker('', '', link),
    holder: speaker('outside', port),
    source,
    sought: nextHop,
    device: link.name,
    bridged: port !== '',
    location,
  }
  const requested = unlessUnasked(net.host, state, link.name, nextHop, 'uplink')
  return exchange(net, requested, question, undefined, (heard) => {
    const acquainted = [
      ...heard.acquainted,
      { by: '', device: link.name, address: nextHop, who: elsewhere },
      { by: 'outside', device: link.name, address: source, who: { is: 'host' } as const },
    ]
    const after = { ...heard, acquainted }
    return net.isExact || isGateway(net, nextHop) ? gone(after) : unmet(after, link, nextHop, location, gone)
  })
}

// A configured gateway exists.
const isGateway = ({ facts }: Net, address: string): boolean =>
  [...facts.routes, ...facts.routes6].some(
    ({ gateway, nexthops }) => gateway === address || nexthops?.some((nextHop) => nextHop.gateway === address),
  )

/** An address on the link that the host has not talked to yet: it may not exist. */
function unmet(state: State, link: LinkFact, nextHop: string, location: Location, next: Next): State[] {
  const message = `Whether ${nextHop} exists on ${link.name} is not known: the host has not talked to it yet.`
  const settle = `ping -c 1 ${nextHop}; ip neigh show ${nextHop}`
  const doubt = { message, kind: 'other', key: `neighbour ${nextHop}`, settle } as const
  return mayDie(
    state,
    {
      location,
      end: 'no-neighbour',
      message: `perhaps no machine on ${link.name} has ${nextHop}`,
      neighbour: { address: nextHop, isNamed: false },
    },
    doubt,
    next,
  )
}

/** A hardware address that was set by hand: only answers show whether it is right. */
function set(
  net: Net,
  state: State,
  link: LinkFact,
  nextHop: string,
  mac: string,
  location: Location,
  next: Next,
): State[] {
  if (hasAnswered(net, link.name, nextHop)) return next(state)
  const message = `${nextHop} on ${link.name} is set to the hardware address ${mac} by hand: whether that is right is not known.`
  const settle = `arping -c 1 -I ${link.name} ${nextHop}; ip neigh show ${nextHop}`
  const doubt = { message, kind: 'other', key: `neighbour ${nextHop}`, settle } as const
  const drop = {
    location,
    end: 'no-neighbour',
    message: `${mac} may not be the hardware address of ${nextHop}`,
    neighbour: { address: nextHop, isNamed: false },
  } as const
  return mayDie(state, drop, doubt, next)
}

/**
 * A machine outside sends to the host by one of its links; it resolves the host's hardware address unless it knows it.
 */
export function enter(net: Net, state: State, link: LinkFact, address: string, next: Next): State[] {
  const { packet } = state
  const on = link.ips.some((ip) => ip.address === address)
  const sought = on ? address : (link.ips.find(({ family }) => family === packet.family)?.address ?? address)
  const spoken = net.host.neighbours.some(
    ({ dev, family, state: words }) => dev === link.name && family === packet.family && words.includes('REACHABLE'),
  )
  const gateway = net.facts.routes.find(({ dev, gateway: via }) => dev === link.name && via !== undefined)?.gateway
  const source = on && gateway ? gateway : packet.source
  const silent = silence(net.host, link, source, sought)
  // A neighbour that has answered knows the sender of the request, which may be another address of the host's.
  const known =
    (spoken && silent === undefined) ||
    link.noarp ||
    !link.up ||
    state.acquainted.some((each) => each.by === 'outside' && each.address === sought && each.device === link.name)
  if (known || packet.family === 6) return next(state)
  const question = {
    asker: speaker('outside', ''),
    holder: speaker('', '', link),
    source,
    sought,
    device: link.name,
    bridged: false,
    location: 'uplink' as const,
  }
  return exchange(net, state, question, undefined, (heard) => {
    const after = {
      ...heard,
      acquainted: [
        ...heard.acquainted,
        { by: 'outside', device: link.name, address: sought, who: { is: 'host' } as const },
        { by: '', device: link.name, address: source, who: elsewhere },
      ],
    }
    if (silent === undefined) return next(after)
    const message = silent.message ?? `the host does not answer for ${sought} on ${link.name}`
    const doubt = {
      message: `${capital(message)}: whether its neighbours know it anyway is not known.`,
      kind: 'other',
      key: `neighbours know ${sought}`,
    } as const
    const neighbour = { address: sought, isNamed: true }
    return mayDie(after, { location: 'uplink', end: 'no-neighbour', message, neighbour }, doubt, next)
  })
}
