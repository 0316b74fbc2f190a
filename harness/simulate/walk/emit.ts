import type { LinkFact } from '../../evidence/facts.ts'
import type { Attachment, Net } from '../net.ts'
import { arrive, noneRead, unread } from './container.ts'
import { passDevice } from './device.ts'
import { fitting } from './fitting.ts'
import { hook } from './hook.ts'
import { leave } from './leave.ts'
import { findNeighbour } from './neighbour.ts'
import { portTakes, portWorks, tooLarge, vlans } from './port.ts'
import { locationOf, receive } from './receive.ts'
import { segmentOf, type Target } from './segment.ts'
import { at, dies, type Next, type State, withPacket } from './state.ts'

/** Sends a packet out by one of the host's devices, to the neighbour with the address `nextHop`. */
export function emit(net: Net, state: State, device: string, nextHop: string, next: Next): State[] {
  const link = net.host.links.get(device)
  const location = locationOf(net, device)
  if (!link) return [dies(state, { location, end: 'no-link', message: `the host has no device ${device}` })]
  if (link.loopback) return loop(net, state, next)
  const sent = withPacket(at(state, location, device), { output: device, outputPort: '' })
  if (link.kind === 'bridge') return ontoBridge(net, sent, link, nextHop, next)
  return passDevice(net, fitting(sent, link), link, 'egress', location, (out) => {
    const attachment = net.attachments.get(device)
    if (attachment) return direct(net, out, attachment, nextHop, next)
    return leave(net, out, link, nextHop, '', location, next)
  })
}

// A packet from the host to itself comes in again by lo; conntrack and NAT already know it.
function loop(net: Net, state: State, next: Next): State[] {
  return receive(net, { ...state, packet: { ...state.packet, input: 'lo' } }, 'lo', undefined, next, true)
}

function ontoBridge(net: Net, state: State, bridge: LinkFact, nextHop: string, next: Next): State[] {
  const sender = { stack: net.host, link: bridge, segment: segmentOf(net, bridge) }
  return passDevice(net, shut(net, fitting(state, bridge), bridge), bridge, 'egress', 'bridge', (out) =>
    findNeighbour(net, out, sender, nextHop, (met, to) => onward(net, met, bridge, to, nextHop, next)),
  )
}

/** A bridge with only closed ports has no carrier: the ports are the reason. */
function shut({ ports }: Net, state: State, bridge: LinkFact): State {
  const own = ports.get(bridge.name) ?? []
  const dead = !bridge.carrier && own.every(({ port }) => port !== undefined && port.state !== 'forwarding')
  return dead && own[0] ? portWorks(state, own[0], bridge) : state
}

function onward(
  net: Net,
  state: State,
  bridge: LinkFact,
  to: Target | undefined,
  nextHop: string,
  next: Next,
): State[] {
  if (to?.is === 'nobody') return onward(net, dies(state, to.drop), bridge, to.meant, nextHop, next)
  if (to?.is === 'container') return toPort(net, state, bridge, to.to, next)
  if (to?.is !== 'elsewhere') return [state]
  // A port without a container: a network card in the bridge, or a guest.
  return to.port
    ? byPort(net, state, bridge, to.port, nextHop, next)
    : unread(state, `the container at ${nextHop}`, noneRead(net))
}

function toPort(net: Net, state: State, bridge: LinkFact, to: Attachment, next: Next): State[] {
  return outOf(net, portTakes(net, portWorks(state, to.device, bridge), to), bridge, to.device, (out) =>
    arrive(net, tooLarge(out, to.device), to, next),
  )
}

function byPort(net: Net, state: State, bridge: LinkFact, port: LinkFact, nextHop: string, next: Next): State[] {
  const opened = portWorks(state, port, bridge)
  const location = 'bridge'
  return outOf(net, opened, bridge, port, (out) => leave(net, out, bridge, nextHop, port.name, location, next))
}

/** From the bridge’s own device through the bridge's hooks, and out by a port. */
function outOf(net: Net, state: State, bridge: LinkFact, port: LinkFact, next: Next): State[] {
  const where = { location: 'bridge' as const, device: bridge.name }
  return vlans(net, withPacket(state, { output: bridge.name, outputPort: port.name }), bridge, (free) =>
    hook(net, free, 'bridge', 'output', where, (first) =>
      hook(net, first, 'bridge', 'postrouting', where, (second) =>
        passDevice(net, second, port, 'egress', 'bridge', next),
      ),
    ),
  )
}

/** A link to a container outside all bridges. */
function direct(net: Net, state: State, to: Attachment, nextHop: string, next: Next): State[] {
  const sender = { stack: net.host, link: to.device, segment: segmentOf(net, to.device) }
  return findNeighbour(net, state, sender, nextHop, (met, who) =>
    arrive(net, tooLarge(who?.is === 'nobody' ? dies(met, who.drop) : met, to.link), to, next),
  )
}
