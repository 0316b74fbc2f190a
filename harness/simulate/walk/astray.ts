import { inPrefix } from '../../lib/ip.ts'
import type { Found } from '../fib.ts'
import type { Net } from '../net.ts'
import { routeInWords } from './next-hop.ts'
import { holderOn } from './segment.ts'
import { dies, type State } from './state.ts'
import { translationOf } from './translation-of.ts'

/** Notes where what is for the outside is sent into a bridge of Docker’s, or what is for a container elsewhere. */
export function astray(net: Net, state: State, dev: string, nextHop: string, found: Found): State {
  const { destination } = state.packet
  const home = net.homes.get(destination)
  const dst = found.route?.dst ?? ''
  const { words: by, setting } = routeInWords(found)
  // Somebody may have put its link into another bridge.
  if (home !== undefined && dev !== home && !holderOn(net, dev, nextHop)) {
    const bridge = net.host.links.get(home)
    const address = bridge?.ips.find(({ family }) => family === 4)
    if (bridge && !bridge.up) {
      const message = `${home} is down, and its route with it: ${destination}, a container’s on ${home}, is sent to ${dev}`
      return dies(state, { location: 'routing', end: 'no-route', message, setting: { name: home, value: 'down' } })
    }
    const sent = `${destination} is a container’s on ${home}, and ${by} sends it to ${dev}`
    const has = address ? `${home} has the address ${address.address}/${address.prefix}` : `${home} has no address`
    // A routing rule comes before whatever the bridge’s address says, and so does the route to a single address.
    const covered = address !== undefined && inPrefix(destination, `${address.address}/${address.prefix}`)
    const message = setting.name.startsWith('ip rule') || (covered && dst !== 'default') ? sent : `${sent}: ${has}`
    return dies(state, { location: 'routing', end: 'no-route', message, setting })
  }
  const network = net.facts.docker.networks.find(({ bridge }) => bridge === dev)
  const answers = state.way === 'back' && dst !== 'default'
  if (!network || home !== undefined || answers || holderOn(net, dev, nextHop)) return state
  const led = translationOf(state)
  // Where it ends there is for others to find, a filter or nobody's answer.
  if (led) return { ...state, misled: { by: led, to: `${destination}, which no container on ${dev} has` } }
  const message =
    dst === 'default'
      ? `${by} leads into Docker’s own bridge ${dev}, and ${destination} is sent there`
      : `${destination} lies in ${dst}, which the host takes for Docker’s network ${network.name}, and is sent to ${dev}`
  return dies(state, { location: 'routing', end: 'wrong-bridge', message, setting })
}
