import type { Facts } from '../evidence/facts.ts'
import { type RouteFact, routeTo } from '../evidence/routes.ts'
import type { End, Flow } from './trace.ts'

/** What stops a packet where no rule is involved. */
export interface Obstacle {
  end: End
  says: string
}

/** What is wrong with the links between a container and its bridge. */
export function linkObstacle({ container, bridge, source }: Flow, facts: Facts): Obstacle | undefined {
  const { links, containerLinks, routed } = facts
  if (links.length === 0) return undefined
  const device = links.find(({ name }) => name === bridge)
  if (!device) return { end: 'no-link', says: `the bridge ${bridge} does not exist` }
  if (!device.up) return { end: 'no-link', says: `the bridge ${bridge} is down` }
  if (device.addresses.length === 0)
    return { end: 'no-link', says: `the bridge ${bridge} has lost its address, which is the containers’ gateway` }
  const own = containerLinks.filter((each) => each.container === container)
  if (own.length === 0) return undefined
  const ports = own.map(({ peer }) => links.find(({ index }) => index === peer))
  const port = ports.find((each) => each?.master === bridge)
  if (!port) {
    const stray = ports.find((each) => each !== undefined && each.master === undefined)
    return {
      end: 'no-link',
      says: stray
        ? `${stray.name}, the host’s end of ${container}’s link, is no port of ${bridge}`
        : `${container} (${source}) has no link into ${bridge}`,
    }
  }
  if (!port.up) return { end: 'no-link', says: `${port.name}, the host’s end of ${container}’s link, is down` }
  if (own.every(({ up }) => !up)) return { end: 'no-link', says: `the link inside ${container} is down` }
  if (!routed.includes(container)) return { end: 'no-route', says: `${container} itself has no default route` }
  return undefined
}

export interface Routing {
  /** Where the packet is sent on. */
  device: string
  obstacle?: Obstacle
  says: string
}

/** Where the host would send a packet from a container, by its routes and settings. */
export function routing({ address, bridge }: Flow, facts: Facts): Routing {
  const route = routeTo(address, facts.routes)
  const stopped = (end: End, says: string): Routing => ({ device: '', obstacle: { end, says }, says })
  if (!route) {
    const down = facts.links
      .filter(({ up, kind, name }) => !up && kind !== 'bridge' && name !== 'lo')
      .map(({ name }) => name)
    return stopped(
      'no-route',
      `the host has no route to ${address}${down.length > 0 ? `; ${down.join(', ')} ${down.length > 1 ? 'are' : 'is'} down` : ''}`,
    )
  }
  if (['blackhole', 'unreachable', 'prohibit', 'throw'].includes(route.type))
    return stopped('no-route', `the host’s route to ${address} is ${describe(route)}`)
  if (route.type === 'local') return { device: 'lo', says: `${address} is the host’s own` }
  if (facts.settings['net/ipv4/ip_forward'] === '0')
    return stopped(
      'forwarding-off',
      'net.ipv4.ip_forward is 0: the host passes no packet from one interface to another',
    )
  const device = route.dev ?? ''
  const other = facts.docker.networks.find((network) => network.bridge === device && device !== bridge)
  if (other || device === bridge)
    return stopped(
      'wrong-bridge',
      `${address} lies in the subnet of Docker’s own network ${other?.name ?? 'it came from'} (${route.dst}), and is sent to ${device}`,
    )
  return { device, says: `by ${describe(route)}` }
}

const describe = ({ type, dst, gateway, dev, metric }: RouteFact): string =>
  [
    type === 'unicast' ? '' : type,
    dst,
    gateway && `via ${gateway}`,
    dev && `dev ${dev}`,
    metric > 0 && `metric ${metric}`,
  ]
    .filter(Boolean)
    .join(' ')
