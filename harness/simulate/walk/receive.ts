import type { Location } from '../flow.ts'
import type { Net } from '../net.ts'
import { enterBridge } from './bridge.ts'
import { passDevice } from './device.ts'
import { route } from './route.ts'
import { type Target, unplugged } from './segment.ts'
import { at, dies, type Next, type State, withPacket } from './state.ts'

/** A frame arrives at one of the host's devices. It goes to the host's own stack, or over a bridge to its receiver. */
export function receive(
  net: Net,
  state: State,
  device: string,
  to: Target | undefined,
  next: Next,
  looped = false,
): State[] {
  const link = net.host.links.get(device)
  const location = locationOf(net, device)
  if (!link) return [dies(state, { location, end: 'no-link', message: `the host has no device ${device}` })]
  const entered = withPacket(at(state, location, link.master ?? device), {
    input: device,
    output: '',
    inputPort: '',
    outputPort: '',
    forBridge: undefined,
    // A packet that comes in is new to netfilter; only one that comes back by lo keeps its state.
    ...(!looped && { mark: 0, local: false, tracked: false }),
  })
  return passDevice(net, entered, link, 'ingress', location, (free) =>
    link.master === undefined
      ? toStack(net, to?.is === 'nobody' ? dies(free, to.drop) : free, device, next)
      : enterBridge(net, free, link, to, next),
  )
}

/** A device's location on the path. */
export const locationOf = ({ attachments, host }: Net, device: string): Location => {
  const link = host.links.get(device)
  return attachments.has(device) || link?.kind === 'bridge' || link?.master !== undefined ? 'bridge' : 'uplink'
}

/** The host's end of a container's link outside all bridges: answers use it only where a route names it. */
function toStack(net: Net, state: State, device: string, next: Next): State[] {
  if (!net.attachments.has(device)) return route(net, state, device, next)
  const { source, family } = state.packet
  const back = net.host.fib[family].lookup({ ...state.packet, source: '', destination: source, input: 'lo', mark: 0 })
  const routed = back.some(({ route: found }) => found?.dev === device)
  const stray = routed ? state : dies(state, unplugged(device))
  return route(net, stray, device, next)
}
