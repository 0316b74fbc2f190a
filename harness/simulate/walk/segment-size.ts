import type { Found } from '../fib.ts'
import { offersSize } from '../rules/segment-size.ts'
import type { Stack } from '../stack.ts'
import { type State, withPacket } from './state.ts'

const headers = { 4: 40, 6: 60 }
const most = { 4: 65_495, 6: 65_515 }
// The defaults of net.ipv4.route.min_adv_mss and net.ipv6.route.min_adv_mss.
const least = { 4: 256, 6: 1220 }

/**
 * A SYN that a stack sends by a route offers segments that fit the device. Source: linux/net/ipv4/route.c,
 * ipv4_default_advmss; linux/net/ipv6/route.c, ip6_default_advmss.
 */
export function offering({ links }: Stack, state: State, { route }: Found, device: string): State {
  const { packet } = state
  const mtu = route?.mtu ?? links.get(device)?.mtu
  if (packet.segmentSize || !offersSize(packet) || mtu === undefined) return state
  const { family } = packet
  const size = route?.segmentSize || Math.min(Math.max(mtu - headers[family], least[family]), most[family])
  return withPacket(state, { segmentSize: { low: size, high: size } })
}
