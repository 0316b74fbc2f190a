import type { Facts, Neighbour } from '../evidence/facts.ts'
import type { Ending } from './build.ts'
import type { Context } from './context.ts'
import { isBridged } from './links.ts'
import type { Station } from './trace.ts'

/** A next hop that did not answer for its address when a packet was to be sent to it. */
export interface SilentNeighbour {
  /** Path of the network namespace that asked; `-` for the host's own. */
  namespace: string
  address: string
  device: string
}

/** Reads the tracer's list: `NAMESPACE ADDRESS dev DEVICE FAILED`. */
export const readNeighbours = (lines: readonly string[]): SilentNeighbour[] =>
  lines.flatMap((line) => {
    const [, namespace, address, device] = line.match(/^(\S+) ([\d.]+) dev (\S+) /) ?? []
    return namespace && address && device ? [{ namespace, address, device }] : []
  })

/** Of those of the host the one that a packet was to go to by a device: its destination, or a gateway there. */
export const silentOn = (
  all: readonly SilentNeighbour[],
  device: string,
  destination: string,
  { routes }: Pick<Facts, 'routes'>,
): SilentNeighbour | undefined =>
  nextHopAmong(
    all.filter((each) => each.namespace === '-' && each.device === device),
    device,
    destination,
    routes,
  )

/** The same of those whose hardware address somebody has set by hand: whether it is the right one is not known. */
export const setByHandOn = (
  device: string,
  destination: string,
  { neighbours, routes }: Facts,
): Neighbour | undefined =>
  nextHopAmong(
    neighbours.filter(({ dev, state }) => dev === device && state.includes('PERMANENT')),
    device,
    destination,
    routes,
  )

function nextHopAmong<T extends { address: string }>(
  all: readonly T[],
  device: string,
  destination: string,
  routes: Facts['routes'],
): T | undefined {
  const gateways = routes.flatMap(({ dev, gateway, nexthops = [] }) => [
    ...(dev === device && gateway ? [gateway] : []),
    ...nexthops.flatMap((hop) => (hop.dev === device && hop.gateway ? [hop.gateway] : [])),
  ])
  return all.find(({ address }) => address === destination) ?? all.find(({ address }) => gateways.includes(address))
}

/**
 * The ending of a packet whose next hop does not answer for its address on a device, the host's or that of `bridge`'s
 * container. Where it is known why not, that is said.
 */
export function noNeighbour(
  { facts, computed, marks }: Context,
  way: Station['way'],
  { address, device: own }: SilentNeighbour,
  bridge?: string,
): Ending {
  const device = bridge ?? own
  const message = computed.walk.drop?.message ?? ''
  const known = computed.isCertain() && /hardware|ARP|neighbour|answers for/.test(message)
  const nobody = `nobody answers for ${address} on ${device}`
  const summary = !known ? nobody : message.includes(`answers for ${address}`) ? message : `${nobody}: ${message}`
  marks.endAt(way, isBridged(facts, device) ? 'bridge' : 'uplink', summary)
  return { end: 'no-neighbour', summary }
}
