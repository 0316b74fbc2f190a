import type { Facts } from '../evidence/facts.ts'

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
export function silentOn(
  all: readonly SilentNeighbour[],
  device: string,
  destination: string,
  { routes }: Facts,
): SilentNeighbour | undefined {
  const own = all.filter((each) => each.namespace === '-' && each.device === device)
  const gateways = routes.flatMap(({ dev, gateway, nexthops = [] }) => [
    ...(dev === device && gateway ? [gateway] : []),
    ...nexthops.flatMap((hop) => (hop.dev === device && hop.gateway ? [hop.gateway] : [])),
  ])
  return own.find(({ address }) => address === destination) ?? own.find(({ address }) => gateways.includes(address))
}
