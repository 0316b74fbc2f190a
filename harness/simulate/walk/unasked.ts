import { insideOf, type Stack } from '../stack.ts'
import { dies, type State } from './state.ts'

/**
 * Notes the drop where a stack sends no requests for hardware addresses on a device. Then each packet to a neighbour whose
 * address it does not know fails at once. Source: linux/net/core/neighbour.c, __neigh_event_send.
 */
export function unlessUnasked(
  stack: Stack,
  state: State,
  device: string,
  nextHop: string,
  location: 'bridge' | 'uplink',
): State {
  const path = `net.ipv${state.packet.family}.neigh.${device}.mcast_solicit`
  if (stack.sysctls[path] !== '0') return state
  const who = stack.name === '' ? 'the host' : stack.name
  return dies(state, {
    location,
    end: 'no-neighbour',
    message: `${path} is 0: ${who} requests no hardware address for ${nextHop}`,
    neighbour: { address: nextHop, isNamed: false },
    setting: { name: path, value: '0', ...insideOf(stack) },
  })
}
