import { capital } from '../../lib/text.ts'
import type { Found } from '../fib.ts'
import type { Attachment, Net } from '../net.ts'
import { largestPacket, limitedTo } from '../packet.ts'
import { isLocal, type Stack } from '../stack.ts'
import { passInside } from './device.ts'
import { bornIn } from './life.ts'
import { findNeighbour } from './neighbour.ts'
import { alongRoute, asBroadcast, noRoute, unbound } from './next-hop.ts'
import { tooLarge } from './port.ts'
import { receive } from './receive.ts'
import { holderOn, segmentOf } from './segment.ts'
import { offering } from './segment-size.ts'
import { wrongSource } from './source-check.ts'
import { at, dies, mayDie, type Next, type State, withDoubt, withPacket } from './state.ts'

/** A packet comes in by a container's link. */
export function arrive(net: Net, state: State, attachment: Attachment, next: Next): State[] {
  const { container, link } = attachment
  const stack = net.containers.get(container)
  const inside = { ...at(state, 'container', link.name, container), position: { at: 'container', container } as const }
  const { destination } = state.packet
  const taken = !link.up
    ? dies(inside, { location: 'container', end: 'no-link', message: `the link inside ${container} is down` })
    : stack && !isLocal(stack, destination)
      ? dies(inside, {
          location: 'container',
          end: 'no-route',
          message: `it arrives at ${container}, which does not have the address ${destination}`,
        })
      : inside
  const wrong = stack && link.up ? wrongSource(stack, { ...state.packet, input: link.name }, 'lo') : undefined
  const message = `${container} drops it: ${wrong?.message}`
  const checked = wrong ? dies(taken, { location: 'container', end: 'source-check', message }) : taken
  return sharing(net, checked, attachment, (found) =>
    passInside(net, found, container, link, 'ingress', (passed) => ownRules(net, passed, container, next)),
  )
}

/** A bridge sends frames to the port where it last saw their hardware address, which another may have as well. */
function sharing(net: Net, state: State, { container, link, device }: Attachment, next: Next): State[] {
  const bridge = net.host.links.get(device.master ?? '')
  if (!bridge || !segmentOf(net, bridge).shared.has(link.mac)) return next(state)
  const what = `another on ${bridge.name} has the hardware address ${link.mac} of ${container} as well`
  const doubt = {
    message: `${capital(what)}: whoever sent last gets the frame.`,
    kind: 'other',
    key: `${link.mac} on ${bridge.name}`,
    settle: `bridge fdb show br ${bridge.name} | grep ${link.mac}`,
  } as const
  return mayDie(state, { location: 'bridge', end: 'no-link', message: what }, doubt, next)
}

/** A container sends a packet, by its own routes and links. */
export function send(net: Net, state: State, container: string, next: Next): State[] {
  const stack = net.containers.get(container)
  const started = at(state, 'container', '', `${container} at ${state.packet.source}`)
  if (!stack) return unread(started, container, noneRead(net))
  return ownRules(net, started, container, (allowed) =>
    // Programs of random hosts bind their source.
    net.isExact || state.way === 'back'
      ? leaves(net, stack, allowed, next)
      : routed(stack, allowed, unbound[allowed.packet.family], (_, known) => leaves(net, stack, known, next)),
  )
}

/** By the route for the packet as it is. */
const leaves = (net: Net, stack: Stack, state: State, next: Next): State[] =>
  routed(stack, state, state.packet.source, (found, known) => {
    const { name: container } = stack
    if (found.type === 'local') return next({ ...known, position: { at: 'container', container } })
    return alongRoute(known, found, ({ dev, gateway }, chosen) => {
      // A gateway that is the stack's own address means the link itself. Source: linux/net/ipv4/route.c,
      // rt_set_nexthop.
      const nextHop = gateway === undefined || isLocal(stack, gateway) ? state.packet.destination : gateway
      return asBroadcast(offering(stack, bornIn(stack, chosen, found, dev), found, dev), found, container, (sent) =>
        out(net, sent, container, dev, nextHop, next),
      )
    })
  })

/**
 * Each route for a packet from this source, or its drop. A program that connects has no source at first.
 * Source: linux/include/net/route.h, ip_route_connect.
 */
function routed(
  { name, fib }: Stack,
  state: State,
  source: string,
  next: (found: Found, known: State) => State[],
): State[] {
  const { packet } = state
  return fib[packet.family].lookup({ ...packet, source, input: 'lo', mark: 0 }).flatMap((found) => {
    const known = found.doubts.reduce(withDoubt, state)
    const none = noRoute(found, packet, name)
    return none ? [dies(known, { location: 'container', end: 'no-route', ...none })] : next(found, known)
  })
}

const linkTo = (device: string, container: string): string => `the link from ${device} of ${container} to the host`

const elsewhere = (device: string, container: string): string =>
  `${linkTo(device, container)} ends at no device of it: that end is in another network namespace, perhaps dockerd’s own`

function out(net: Net, state: State, container: string, device: string, nextHop: string, next: Next): State[] {
  const link = net.containers.get(container)!.links.get(device)
  const attachment = net.ends.get(container)?.get(device)
  if (!link?.up)
    return [dies(state, { location: 'container', end: 'no-link', message: `${device} inside ${container} is down` })]
  // A veth link has none where the host's end is down, which is found there.
  if (!attachment && link.kind !== 'veth' && !link.carrier && !link.loopback) {
    const setting = { name: link.name, value: 'no carrier', inside: container }
    const message = `${device} inside ${container} has no carrier`
    return [dies(state, { location: 'container', end: 'no-link', message, setting })]
  }
  if (!attachment)
    return link.kind === 'veth'
      ? unread(
          state,
          container,
          elsewhere(device, container),
          'readlink /proc/1/ns/net /proc/"$(pidof dockerd)"/ns/net',
        )
      : unread(state, container, `${linkTo(device, container)} is not simulated (${link.kind || 'no veth'})`)
  const host = attachment.device
  const bridge = host.master === undefined ? undefined : net.host.links.get(host.master)
  // Once the kernel has reported the smaller link, the sender uses that size; packets that may be fragmented are.
  const fitting = tooLarge(
    largestPacket(state.packet) > link.mtu ? withPacket(state, limitedTo(state.packet, link.mtu)) : state,
    host,
  )
  const sender = {
    stack: net.containers.get(container)!,
    link,
    segment: segmentOf(net, bridge ?? host),
    ...(bridge && { port: host }),
  }
  return passInside(net, fitting, container, link, 'egress', (sent) => {
    // The kernel notices a link that is down before it resolves an address.
    if (host.up && bridge?.up !== false)
      return findNeighbour(net, sent, sender, nextHop, (met, to) => receive(net, met, host.name, to, next))
    const to = bridge && !isLocal(net.host, nextHop) ? holderOn(net, bridge.name, nextHop) : undefined
    return receive(net, sent, host.name, to && { is: 'container', to }, next)
  })
}

function ownRules({ inside }: Net, state: State, container: string, next: Next): State[] {
  const own = inside.get(container)
  const [what, list] = own?.rules
    ? ['firewall rules', 'nft list ruleset']
    : own && own.ipsec.length > 0
      ? ['IPsec policies', 'ip xfrm policy']
      : []
  if (!what) return next(state)
  const message = `${container} has its own ${what} inside, which are not simulated.`
  const settle = `nsenter -t ${own!.pid} -n ${list}`
  const doubt = { message, kind: 'other', key: `rules in ${container}`, settle } as const
  const drop = { location: 'container', end: 'dropped', message: `${what} inside ${container} may drop it` } as const
  return mayDie(state, drop, doubt, next)
}

const hiddenInside = 'the networks inside the containers could not be read'

/** The reason where no container's inside is known; undefined where others are. */
export const noneRead = ({ facts }: Net): string | undefined =>
  facts.sections['container-namespaces']?.status === 'ok' ? undefined : hiddenInside

/** The end of the simulation: beyond it the packet may arrive or not. */
export function unread(
  state: State,
  container: string,
  why = `the network of ${container} could not be read`,
  settle?: string,
): State[] {
  const message = `${capital(why)}.`
  const key = why === hiddenInside ? why : `inside ${container}`
  const doubt = { message, kind: 'listing', key, ...(settle !== undefined && { settle }) } as const
  return mayDie(state, { location: 'container', end: 'no-link', message: why }, doubt, (lives) => [lives])
}
