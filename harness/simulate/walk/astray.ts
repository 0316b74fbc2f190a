import { inPrefix } from '../../lib/ip.ts'
import type { Found } from '../fib.ts'
import type { Net } from '../net.ts'
import { deviceOf } from '../stack.ts'
import { takes } from './deliver.ts'
import { routeInWords } from './next-hop.ts'
import { holderOn } from './segment.ts'
import { dies, type State } from './state.ts'
import { translationOf } from './translation-of.ts'

/** Drops a packet that its route leads away from its receiver. */
export const strayed = (net: Net, state: State, dev: string, nextHop: string, found: Found): State =>
  astray(net, sentAway(net, state, dev, nextHop, found), dev, nextHop, found)

/**
 * Drops a packet for an address of the host's own that its tables do not call local: whoever it is sent to, it does not
 * come to the host.
 */
function sentAway(net: Net, state: State, dev: string, nextHop: string, found: Found): State {
  const { destination } = state.packet
  const owner = deviceOf(net.host, destination)
  // Where it is the next hop itself, ARP decides.
  if (!owner || nextHop === destination || state.way === 'back' || isLocalSomewhere(net, destination)) return state
  // The outside of a host made for a test answers for every public address.
  if (net.isExact && state.packet.family === 4 && !isPrivate(destination)) return state
  const message = `${destination} is the host’s own address on ${owner.name}, but ${routeInWords(found).words} sends it to ${dev}: no route calls it local`
  return dies(state, { location: 'routing', end: 'no-route', message, address: destination })
}

const isPrivate = (address: string): boolean =>
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].some((range) => inPrefix(address, range))

/** In another table it may be local: a router can send packets back to a link of a VRF, and these arrive. */
const isLocalSomewhere = ({ facts }: Net, address: string): boolean =>
  [...facts.routes, ...facts.routes6].some(({ type, dst }) => type === 'local' && inPrefix(address, dst))

/** Notes where a packet for the outside is sent into a Docker bridge, or one for a container to another device. */
function astray(net: Net, state: State, dev: string, nextHop: string, found: Found): State {
  const { destination } = state.packet
  const home = net.homes.get(destination)
  const dst = found.route?.dst ?? ''
  const { words: by, setting, ...policy } = routeInWords(found)
  // An administrator may have moved its link to another bridge.
  if (home !== undefined && dev !== home && !holderOn(net, dev, nextHop)) {
    const bridge = net.host.links.get(home)
    const address = bridge?.ips.find(({ family }) => family === 4)
    if (bridge && !bridge.up) {
      const message = `${home} is down, and its route with it: ${destination}, a container on ${home}, is routed to ${dev}`
      return dies(state, {
        location: 'routing',
        end: 'no-route',
        message,
        address: destination,
        setting: { name: home, value: 'down' },
      })
    }
    const sent = `${destination} is a container on ${home}, but ${by} sends it to ${dev}`
    const own = address ? `the address ${address.address}/${address.prefix}` : 'no address'
    const has = bridge ? `${home} has ${own}` : `${home} does not exist`
    // A routing rule, or a route to a single address, beats the route of the bridge’s address.
    const covered = address !== undefined && inPrefix(destination, `${address.address}/${address.prefix}`)
    const message = setting.name.startsWith('ip rule') || (covered && dst !== 'default') ? sent : `${sent}: ${has}`
    return dies(state, { location: 'routing', end: 'no-route', message, address: destination, setting, ...policy })
  }
  if (home !== undefined) return net.isExact ? state : toOtherPort(net, state)
  const network = net.facts.docker.networks.find(({ bridge }) => bridge === dev)
  const answers = state.way === 'back' && dst !== 'default'
  if (!network || answers || holderOn(net, dev, nextHop)) return state
  const led = translationOf(state)
  // The walk goes on to find what ends it there: a filter, or a missing answer.
  if (led) {
    const to = `${destination}, which no container on ${dev} has`
    return { ...state, misled: { by: led, to, address: destination } }
  }
  const message =
    dst === 'default'
      ? `${by} leads into Docker’s own bridge ${dev}, and ${destination} is sent there`
      : `${destination} is in ${dst}, which the host routes into Docker’s network ${network.name} (${dev})`
  return dies(state, { location: 'routing', end: 'wrong-bridge', message, address: destination, setting, ...policy })
}

/** Notes a rule that sends a packet to a port of a container that the container neither publishes nor listens on. */
function toOtherPort({ facts }: Net, state: State): State {
  const { destination, destinationPort: port, protocol } = state.packet
  const by = translationOf(state)
  if (!by || by.chain === 'DOCKER') return state
  const own = facts.docker.containers.find(({ addresses }) => Object.values(addresses).includes(destination))
  const inside = facts.containers.find(({ container }) => container === own?.name)
  const isPublished = own?.published.some((each) => each.to === port && each.protocol === protocol)
  if (!inside?.read || isPublished || takes(inside.listeners, destination, port, protocol)) return state
  const to = `${destination}:${port}/${protocol}, where nothing listens`
  return { ...state, misled: { by, to, address: destination } }
}
