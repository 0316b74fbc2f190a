import type { LinkFact } from '../../evidence/facts.ts'
import type { Place } from '../flow.ts'
import type { Attachment, Net } from '../net.ts'
import { addressOf } from '../stack.ts'
import { holderOn, meet } from './arp.ts'
import { arrive, unread } from './container.ts'
import { passDevice } from './device.ts'
import { hook } from './hook.ts'
import { placeOf, portWorks, receive, tooLarge, vlans } from './receive.ts'
import { at, dies, mayDie, type Next, type State, withPacket } from './state.ts'

/** Sends a packet out by a device of the host, to the neighbour that has the address `nextHop`. */
export function emit(net: Net, state: State, device: string, nextHop: string, next: Next): State[] {
  const link = net.host.links.get(device)
  const place = placeOf(net, device)
  if (!link) return [dies(state, { place, end: 'no-link', says: `the host has no device ${device}` })]
  if (link.loopback) return loop(net, state, next)
  const sent = withPacket(at(state, place, device), { output: device, outputPort: '' })
  if (link.kind === 'bridge') return ontoBridge(net, sent, link, nextHop, next)
  return passDevice(net, fitting(sent, link), link, 'egress', place, (out) => {
    const attachment = net.attachments.get(device)
    if (attachment) return direct(net, out, attachment, nextHop, next)
    return leave(net, out, link, nextHop, '', place, next)
  })
}

// What the host sends to itself comes in again by lo; conntrack and NAT know it by then.
function loop(net: Net, state: State, next: Next): State[] {
  return receive(net, { ...state, packet: { ...state.packet, input: 'lo' } }, 'lo', '', next, true)
}

/**
 * A packet that a link does not take is answered by the host with the size that it does take, and sent again in smaller
 * ones; what may be cut is cut.
 */
function fitting(state: State, { name, mtu }: LinkFact): State {
  if (mtu === 0 || state.packet.length <= mtu) return state
  const says = `${name} takes ${mtu} bytes: larger packets are cut, or asked for in a smaller size`
  return withPacket(at(state, state.path.at(-1)!.place, name, says), { length: mtu })
}

function ontoBridge(net: Net, state: State, bridge: LinkFact, nextHop: string, next: Next): State[] {
  const to = holderOn(net, bridge.name, nextHop)
  const others = (net.ports.get(bridge.name) ?? []).filter(({ name }) => !net.attachments.has(name))
  return passDevice(net, fitting(state, bridge), bridge, 'egress', 'bridge', (out) => {
    if (to) return toPort(net, out, bridge, to, nextHop, next)
    // dockerd knows a container there that could not be looked into.
    const hidden = net.homes.get(nextHop) === bridge.name && !net.readable.has(nextHop)
    if (hidden) return unread(out, `the container at ${nextHop}`)
    // A port that leads elsewhere: a network card in the bridge, or a guest.
    const [port] = others
    if (port) return byPort(net, out, bridge, port, nextHop, next)
    return meet(net, out, acquaintance(net, out, bridge.name, '', 'nobody', '', nextHop, 'bridge'), (asked) => [
      dies(asked, { place: 'bridge', end: 'no-neighbour', says: `nobody on ${bridge.name} answers for ${nextHop}` }),
    ])
  })
}

function toPort(net: Net, state: State, bridge: LinkFact, to: Attachment, nextHop: string, next: Next): State[] {
  const who = acquaintance(net, state, bridge.name, '', to.container, to.device.name, nextHop, 'bridge')
  return meet(net, portWorks(state, to.device, bridge), who, (met) =>
    outOf(net, met, bridge, to.device, (out) => arrive(net, tooLarge(out, to.device), to, next)),
  )
}

function byPort(net: Net, state: State, bridge: LinkFact, port: LinkFact, nextHop: string, next: Next): State[] {
  const opened = portWorks(state, port, bridge)
  const place = 'bridge'
  return outOf(net, opened, bridge, port, (out) => leave(net, out, bridge, nextHop, port.name, place, next))
}

/** From the bridge’s own device through its hooks to a port, and out by that. */
function outOf(net: Net, state: State, bridge: LinkFact, port: LinkFact, next: Next): State[] {
  const where = { place: 'bridge' as const, device: bridge.name }
  return vlans(net, withPacket(state, { output: bridge.name, outputPort: port.name }), bridge, (free) =>
    hook(net, free, 'bridge', 'output', where, (first) =>
      hook(net, first, 'bridge', 'postrouting', where, (second) =>
        passDevice(net, second, port, 'egress', 'bridge', next),
      ),
    ),
  )
}

/** A link to a container that stands in no bridge. */
function direct(net: Net, state: State, to: Attachment, nextHop: string, next: Next): State[] {
  const holds = to.link.ips.some(({ address }) => address === nextHop)
  const says = `nobody behind ${to.device.name} answers for ${nextHop}`
  const seen = holds ? state : dies(state, { place: 'bridge', end: 'no-neighbour', says })
  return arrive(net, tooLarge(seen, to.link), to, next)
}

/** Out of the host and out of sight. */
function leave(
  net: Net,
  state: State,
  link: LinkFact,
  nextHop: string,
  port: string,
  place: Place,
  next: Next,
): State[] {
  const gone: Next = (out) => next({ ...out, location: { at: 'outside', device: link.name } })
  const neighbour = net.host.neighbours.find(({ address, dev }) => address === nextHop && dev === link.name)
  if (link.noarp) return gone(state)
  if (neighbour?.state.some((word) => word === 'FAILED' || word === 'INCOMPLETE')) {
    const says = `nobody answers for ${nextHop} on ${link.name}: its neighbour entry is ${neighbour.state.join(', ')}`
    return gone(dies(state, { place, end: 'no-neighbour', says }))
  }
  const who = acquaintance(net, state, link.name, '', 'outside', port, nextHop, place)
  return meet(net, state, who, (met) =>
    neighbour || net.presumesNeighbours || isGateway(net, nextHop) ? gone(met) : unmet(met, link, nextHop, place, gone),
  )
}

// Somebody who configures a gateway has one.
const isGateway = ({ facts }: Net, address: string): boolean =>
  [...facts.routes, ...facts.routes6].some(
    ({ gateway, nexthops }) => gateway === address || nexthops?.some((hop) => hop.gateway === address),
  )

/** An address on the link itself that the host has not spoken to yet: whether somebody has it is not known. */
function unmet(state: State, link: LinkFact, nextHop: string, place: Place, next: Next): State[] {
  const says = `Whether anybody has the address ${nextHop} on ${link.name} is not known: the host has not spoken to it.`
  const doubt = {
    says,
    kind: 'other',
    key: `neighbour ${nextHop}`,
    settle: `ping -c 1 ${nextHop}; ip neigh show ${nextHop}`,
  } as const
  return mayDie(state, { place, end: 'no-neighbour', says: `nobody may have ${nextHop} on ${link.name}` }, doubt, next)
}

function acquaintance(
  net: Net,
  state: State,
  device: string,
  from: string,
  to: string,
  toPort: string,
  sought: string,
  place: Place,
) {
  const source = addressOf(net.host, device, state.packet.family, sought) ?? '0.0.0.0'
  return { from, to, source, sought, device, fromPort: '', toPort, place }
}
