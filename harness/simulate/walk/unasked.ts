import type { Stack } from '../stack.ts'
import { dies, type State } from './state.ts'

/**
 * Notes the drop where a stack sends no requests for hardware addresses on a device. Then each packet to a neighbour whose
 * address it does not know fails at once. Source: linux/net/core/neighbour.c, __neigh_event_send.
 */
export function unlessUnasked(
  { sysctls, name }: Stack,
  state: State,
  device: string,
  nextHop: string,
  location: 'bridge' | 'uplink',
): State {
  const path = `net.ipv${state.packet.family}.neigh.${device}.mcast_solicit`
  if (sysctls[path] !== '0') return state
  const inside = name === '' ? '' : ` of ${name}`
  return dies(state, {
    location,
    end: 'no-neighbour',
    message: `${path}${inside} is 0: nobody is asked for the hardware address of ${nextHop}`,
    neighbour: { address: nextHop, isNamed: false },
    setting: { name: `${path}${inside}`, value: '0' },
  })
}
