import type { Facts, NetworkFact, RouteFact } from '../evidence/facts.ts'
import { inPrefix, parsePrefix } from '../lib/ip.ts'
import { oncePer } from '../lib/once-per.ts'

/** A machine that the host knows on another device, while packets for its address go to a Docker network. */
export interface HiddenMachine {
  address: string
  device: string
  network: NetworkFact
  /** The device's route, which the one of the network overrules. */
  route: RouteFact
}

/**
 * The neighbours and gateways on devices that are not Docker's, if a Docker network has their addresses. Without such a
 * machine an overlap harms nobody.
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
    return network && route ? [{ address, device: dev, network, route }] : []
  })
})

// The kernel prefers the longer prefix, then the lower metric.
const byPreference = (a: RouteFact, b: RouteFact): number => lengthOf(b) - lengthOf(a) || a.metric - b.metric
const lengthOf = ({ dst }: RouteFact): number => parsePrefix(dst)?.length ?? 0
