import type { Facts, NetworkFact, RouteFact } from '../evidence/facts.ts'
import { inPrefix, parsePrefix } from '../lib/ip.ts'
import { oncePer } from '../lib/once-per.ts'

/** A machine that the host knows on another device, while packets for its address go to a Docker network's bridge. */
export interface HiddenMachine {
  address: string
  device: string
  network: NetworkFact
  /** The device's route, and the one to the network's bridge that overrules it. */
  route: RouteFact
  by: RouteFact
  /** The network has the machine's address. Otherwise somebody else has set the route to its bridge. */
  overlaps: boolean
}

/**
 * The neighbours and gateways on devices that are not Docker's, if packets for them go to a Docker network. Without such
 * a machine an overlap harms nobody.
 */
export const hiddenMachines = oncePer((facts: Facts): HiddenMachine[] => {
  const { docker, neighbours, routes } = facts
  const isDockers = (dev: string): boolean => docker.networks.some(({ bridge }) => bridge === dev)
  const main = routes.filter(({ table, type, dst }) => table === 'main' && type === 'unicast' && dst !== 'default')
  const known = [
    ...neighbours.filter(({ family, mac }) => family === 4 && mac !== undefined),
    ...routes.flatMap(({ gateway, dev }) => (gateway && dev ? [{ address: gateway, dev }] : [])),
  ].filter(({ dev }) => !isDockers(dev))
  const machines = [...new Map(known.map((each) => [`${each.address} ${each.dev}`, each])).values()]
  return machines.flatMap(({ address, dev }) => {
    const [best] = main.filter(({ dst }) => inPrefix(address, dst)).sort(byPreference)
    const route = main.find((each) => each.dev === dev && inPrefix(address, each.dst))
    const network = docker.networks.find(({ bridge }) => bridge === best?.dev)
    if (!best || !network || !route) return []
    const overlaps = network.subnets.some((subnet) => inPrefix(address, subnet))
    return [{ address, device: dev, network, route, by: best, overlaps }]
  })
})

// The kernel prefers the longer prefix, then the lower metric.
const byPreference = (a: RouteFact, b: RouteFact): number => lengthOf(b) - lengthOf(a) || a.metric - b.metric
const lengthOf = ({ dst }: RouteFact): number => parsePrefix(dst)?.length ?? 0
