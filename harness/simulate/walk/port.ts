import type { LinkFact } from '../../evidence/facts.ts'
import type { Location } from '../flow.ts'
import type { Attachment, Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import type { Silence } from './arp-answer.ts'
import { takes } from './device.ts'
import { isFound, isKnown } from './segment.ts'
import { dies, mayDie, type Next, type State } from './state.ts'

/** Notes where a bridge or its port passes nothing. */
export function portWorks(state: State, port: LinkFact, bridge: LinkFact): State {
  const drop = (message: string, setting: { name: string; value: string }): State =>
    dies(state, { location: 'bridge', end: 'no-link', message, setting })
  if (!bridge.up) return drop(`the bridge ${bridge.name} is down`, { name: bridge.name, value: 'down' })
  const now = port.port?.state ?? 'forwarding'
  if (now === 'forwarding') return state
  return drop(`${port.name} is a port of ${bridge.name} in the state ${now}, which passes nothing`, {
    name: port.name,
    value: now,
  })
}

/**
 * Notes where a locked port does not take a frame, because the bridge does not know its sender there. Source:
 * linux/net/bridge/br_input.c, br_handle_frame_finish.
 */
export function portAdmits(net: Net, state: State, port: LinkFact): State {
  const lock = lockOf(net, port)
  return lock ? dies(state, { location: 'bridge', end: 'no-link', ...lock }) : state
}

/** Why a port takes no frame from its container; undefined where it does. */
export function lockOf(net: Net, port: LinkFact): Required<Silence> | undefined {
  const from = net.attachments.get(port.name)
  if (!port.port?.locked || !from || isKnown(net, port, from.link.mac)) return undefined
  const message = `${port.name} is a locked port, and the bridge does not know the hardware address of ${from.container} there`
  return { message, setting: { name: `${port.name} locked`, value: 'on' } }
}

/** Notes where a bridge does not find a port by the hardware address behind it. */
export function portTakes(net: Net, state: State, { device, link, container }: Attachment): State {
  if (isFound(net, device, link.mac)) return state
  const message = `learning and flooding are off for ${device.name}: the bridge does not find ${container} behind it`
  return dies(state, {
    location: 'bridge',
    end: 'no-link',
    message,
    setting: { name: `${device.name} flood`, value: 'off' },
  })
}

/** A bridge that filters by VLAN may end a packet: its table is not simulated. */
export function vlans(_net: Net, state: State, { name, bridge }: LinkFact, next: Next): State[] {
  if (!bridge?.vlanFiltering) return next(state)
  const message = `${name} filters by VLAN, and its table is not simulated.`
  const doubt = { message, kind: 'other', key: `vlans of ${name}`, settle: `bridge vlan show` } as const
  return mayDie(
    state,
    { location: 'bridge', end: 'dropped', message: `the VLAN filter of ${name} may drop it` },
    doubt,
    next,
  )
}

/** Notes where a packet is larger than its link allows. */
export function tooLarge(state: State, link: LinkFact, location: Location = 'bridge'): State {
  if (takes(link, state)) return state
  return dies(state, {
    location,
    end: 'too-large',
    message: `it has ${state.packet.length} bytes, and ${link.name} takes ${link.mtu}`,
    setting: { name: `${link.name} mtu`, value: String(link.mtu) },
  })
}

/** Whether iptables and nft’s IP families see frames that come in by a bridge port (br_netfilter). */
export function filtersBridged({ host }: Net, { bridge }: LinkFact, { family, protocol }: Packet): boolean {
  if (protocol === 'arp') return false
  const own = family === 4 ? bridge?.nfCallIptables : bridge?.nfCallIp6tables
  const name = family === 4 ? 'iptables' : 'ip6tables'
  return own === true || host.sysctls[`net.bridge.bridge-nf-call-${name}`] === '1'
}
