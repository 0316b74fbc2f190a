import type { LinkFact } from '../../evidence/facts.ts'
import type { Place } from '../flow.ts'
import type { Attachment, Net } from '../net.ts'
import { isLocal } from '../stack.ts'
import { holderOn } from './arp.ts'
import { arrive } from './container.ts'
import { passDevice, takes } from './device.ts'
import { hook } from './hook.ts'
import { asCalled, backToSender, route } from './route.ts'
import { at, dies, mayDie, type Next, type State, withPacket } from './state.ts'

/**
 * A frame comes to a device of the host, sent to the neighbour that has the address `nextHop`. It goes to the host's own
 * stack, or over a bridge to another port.
 */
export function receive(net: Net, state: State, device: string, nextHop: string, next: Next, looped = false): State[] {
  const link = net.host.links.get(device)
  const place = placeOf(net, device)
  if (!link) return [dies(state, { place, end: 'no-link', says: `the host has no device ${device}` })]
  const entered = withPacket(at(state, place, link.master ?? device), {
    input: device,
    output: '',
    inputPort: '',
    outputPort: '',
    // A new packet knows nothing; one that comes back by lo is the one that was sent.
    ...(!looped && { mark: 0, local: false, tracked: false }),
  })
  return passDevice(net, entered, link, 'ingress', place, (free) =>
    link.master === undefined ? toStack(net, free, device, nextHop, next) : bridgeIn(net, free, link, nextHop, next),
  )
}

/** Where a device stands on the way, for people. */
export const placeOf = ({ attachments, host }: Net, device: string): Place => {
  const link = host.links.get(device)
  return attachments.has(device) || link?.kind === 'bridge' || link?.master !== undefined ? 'bridge' : 'uplink'
}

/** A device that stands in no bridge takes only what is for the host; and answers come back by it only where a route says so. */
function toStack(net: Net, state: State, device: string, nextHop: string, next: Next): State[] {
  if (!net.attachments.has(device)) return route(net, state, device, next)
  const { source, family } = state.packet
  const back = net.host.fib[family].lookup({ ...state.packet, source: '', destination: source, input: 'lo', mark: 0 })
  const routed = back.some(({ route: found }) => found?.dev === device)
  const foreign = nextHop !== '' && !isLocal(net.host, nextHop)
  const says = `${device}, the host’s end of a container’s link, is a port of no bridge`
  const setting = { name: `${device} master`, value: 'none' }
  const stray = !routed || foreign ? dies(state, { place: 'bridge', end: 'no-link', says, setting }) : state
  return route(net, stray, device, next)
}

function bridgeIn(net: Net, state: State, port: LinkFact, nextHop: string, next: Next): State[] {
  const bridge = net.host.links.get(port.master!)
  if (!bridge)
    return [dies(state, { place: 'bridge', end: 'no-link', says: `the bridge ${port.master} does not exist` })]
  const open = portWorks(state, port, bridge)
  const shown = withPacket(open, { input: bridge.name, inputPort: port.name })
  return vlans(net, shown, bridge, (free) =>
    hook(net, free, 'bridge', 'prerouting', { place: 'bridge', device: bridge.name }, (passed) => {
      const other = isLocal(net.host, nextHop) ? undefined : holderOn(net, bridge.name, nextHop)
      return other ? across(net, passed, bridge, other, next) : up(net, passed, bridge, next)
    }),
  )
}

/** Notes where a bridge or its port passes nothing. */
export function portWorks(state: State, port: LinkFact, bridge: LinkFact): State {
  const death = (says: string, setting: { name: string; value: string }): State =>
    dies(state, { place: 'bridge', end: 'no-link', says, setting })
  if (!bridge.up) return death(`the bridge ${bridge.name} is down`, { name: bridge.name, value: 'down' })
  const now = port.port?.state ?? 'forwarding'
  if (now === 'forwarding') return state
  return death(`${port.name} is a port of ${bridge.name} in the state ${now}, which passes nothing`, {
    name: port.name,
    value: now,
  })
}

/** A bridge that filters by VLAN may end a packet: its table is not followed. */
export function vlans(_net: Net, state: State, { name, bridge }: LinkFact, next: Next): State[] {
  if (!bridge?.vlanFiltering) return next(state)
  const says = `${name} filters by VLAN, and its table is not followed.`
  const doubt = { says, kind: 'other', key: `vlans of ${name}`, settle: `bridge vlan show` } as const
  return mayDie(state, { place: 'bridge', end: 'dropped', says: `the VLAN filter of ${name} may drop it` }, doubt, next)
}

/** From a port to the host's own stack. */
function up(net: Net, state: State, bridge: LinkFact, next: Next): State[] {
  return hook(net, state, 'bridge', 'input', { place: 'bridge', device: bridge.name }, (passed) =>
    passDevice(net, passed, bridge, 'ingress', 'bridge', (free) => route(net, free, bridge.name, next)),
  )
}

/** From one port to another; with br_netfilter the hooks of IP see it as well. */
function across(net: Net, state: State, bridge: LinkFact, to: Attachment, next: Next): State[] {
  const from = net.host.links.get(state.packet.inputPort)
  const port = to.device
  const isolated = from?.port?.isolated && port.port?.isolated
  const apart = isolated
    ? dies(state, {
        place: 'bridge',
        end: 'no-link',
        says: `${from.name} and ${port.name} are isolated ports of ${bridge.name}`,
        setting: { name: `${port.name} isolated`, value: 'on' },
      })
    : state
  const where = { place: 'forward' as const, device: bridge.name }
  const withPort = withPacket(portWorks(apart, port, bridge), { output: bridge.name, outputPort: port.name })
  const family = state.packet.family === 6 ? 'ip6' : 'ip'
  const shown = filtersBridged(net, bridge, state.packet.family)
  const ipHook = (name: 'prerouting' | 'forward' | 'postrouting', now: State, then: Next): State[] => {
    if (!shown || state.packet.protocol === 'arp') return then(now)
    const untranslate = { prerouting: backToSender, forward: () => undefined, postrouting: asCalled }[name](now)
    return hook(net, now, family, name, { ...where, place: name }, then, untranslate)
  }
  return ipHook('prerouting', withPacket(withPort, { output: '', outputPort: '' }), (first) =>
    hook(net, withPacket(first, { output: bridge.name, outputPort: port.name }), 'bridge', 'forward', where, (second) =>
      ipHook('forward', second, (third) =>
        hook(net, third, 'bridge', 'postrouting', { place: 'bridge', device: bridge.name }, (fourth) =>
          ipHook('postrouting', fourth, (fifth) => arrive(net, tooLarge(fifth, port), to, next)),
        ),
      ),
    ),
  )
}

/** Whether iptables and nft’s IP families see what a bridge passes between its ports (br_netfilter). */
function filtersBridged({ host }: Net, { bridge }: LinkFact, family: 4 | 6): boolean {
  const name = family === 4 ? 'iptables' : 'ip6tables'
  const own = family === 4 ? bridge?.nfCallIptables : bridge?.nfCallIp6tables
  return own === true || host.sysctls[`net.bridge.bridge-nf-call-${name}`] === '1'
}

/** Notes where a packet is larger than the link that it is to go by. */
export function tooLarge(state: State, link: LinkFact, place: Place = 'bridge'): State {
  if (takes(link, state)) return state
  return dies(state, {
    place,
    end: 'too-large',
    says: `it has ${state.packet.length} bytes, and ${link.name} takes ${link.mtu}`,
    setting: { name: `${link.name} mtu`, value: String(link.mtu) },
  })
}
