import type { Found } from '../fib.ts'
import type { Net } from '../net.ts'
import { holderOn } from './segment.ts'
import { dies, type State } from './state.ts'

/** Notes where what is for the outside is sent into a bridge of Docker’s, or what is for a container elsewhere. */
export function astray(net: Net, state: State, dev: string, nextHop: string, found: Found): State {
  const { destination } = state.packet
  const home = net.homes.get(destination)
  const dst = found.route?.dst ?? ''
  const by = dst === 'default' ? 'the host’s default route' : `the host’s route ${dst}`
  const setting = { name: `ip route ${dst}`, value: `dev ${dev}` }
  // Somebody may have put its link into another bridge.
  if (home !== undefined && dev !== home && !holderOn(net, dev, nextHop)) {
    const bridge = net.host.links.get(home)
    const address = bridge?.ips.find(({ family }) => family === 4)
    const has = address ? `${home} has the address ${address.address}/${address.prefix}` : `${home} has no address`
    const says = `${destination} is a container’s on ${home}, and ${by} sends it to ${dev}: ${has}`
    return dies(state, { place: 'routing', end: 'no-route', says, setting })
  }
  const network = net.facts.docker.networks.find(({ bridge }) => bridge === dev)
  if (!network || home !== undefined || state.way === 'back' || holderOn(net, dev, nextHop)) return state
  const says =
    dst === 'default'
      ? `${by} leads into Docker’s own bridge ${dev}, and ${destination} is sent there`
      : `${destination} lies in ${dst}, which the host takes for Docker’s network ${network.name}, and is sent to ${dev}`
  return dies(state, { place: 'routing', end: 'wrong-bridge', says, setting })
}
