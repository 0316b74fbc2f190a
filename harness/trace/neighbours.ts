import type { Facts, Neighbour } from '../evidence/facts.ts'
import type { Ending } from './build.ts'
import type { Context } from './context.ts'
import { isBridged } from './links.ts'
import type { Station } from './trace.ts'

/** A next hop that did not answer for its address when a packet needed it. */
export interface SilentNeighbour {
  /** The path of the network namespace that sent the request; `-` for the host's own. */
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

/** The silent neighbour of the host that a packet needed on a device: its destination, or a gateway there. */
export const silentOn = (
  all: readonly SilentNeighbour[],
  device: string,
  destination: string,
  { routes }: Pick<Facts, 'routes'>,
): SilentNeighbour | undefined =>
  neighbourOnRoute(
    all.filter((each) => each.namespace === '-' && each.device === device),
    device,
    destination,
    routes,
  )

/** The same among neighbours whose hardware address was set by hand, and may be wrong. */
export const setByHandOn = (
  device: string,
  destination: string,
  { neighbours, routes }: Facts,
): Neighbour | undefined =>
  neighbourOnRoute(
    neighbours.filter(({ dev, state }) => dev === device && state.includes('PERMANENT')),
    device,
    destination,
    routes,
  )

function neighbourOnRoute<T extends { address: string }>(
  all: readonly T[],
  device: string,
  destination: string,
  routes: Facts['routes'],
): T | undefined {
  const gateways = routes.flatMap(({ dev, gateway, nexthops = [] }) => [
    ...(dev === device && gateway ? [gateway] : []),
    ...nexthops.flatMap((nextHop) => (nextHop.dev === device && nextHop.gateway ? [nextHop.gateway] : [])),
  ])
  return all.find(({ address }) => address === destination) ?? all.find(({ address }) => gateways.includes(address))
}

/**
 * The ending of a packet whose next hop does not answer for its address on a device, the host's or that of `bridge`'s
 * container. The summary includes the reason, where it is known.
 */
export function noNeighbour(
  { facts, computed, marks }: Context,
  way: Station['way'],
  { address, device: own }: SilentNeighbour,
  bridge?: string,
): Ending {
  const device = bridge ?? own
  const { drop } = computed.walk
  const reason = computed.isCertain() ? drop?.neighbour : undefined
  const nobody = `nobody answers for ${address} on ${device}`
  const isNamed = reason?.isNamed && reason.address === address
  const summary = !drop || !reason ? nobody : isNamed ? drop.message : `${nobody}: ${drop.message}`
  marks.endAt(way, isBridged(facts, device) ? 'bridge' : 'uplink', summary)
  return { end: 'no-neighbour', summary }
}
