import type { Place } from '../flow.ts'
import type { Attachment, Net } from '../net.ts'
import { type Packet, packetOf } from '../packet.ts'
import type { Family, HookName } from '../rules/index.ts'
import { deviceOf, isLocal, largerSetting, type Stack } from '../stack.ts'
import { hook } from './hook.ts'
import { wrongSource } from './source-check.ts'
import { dies, type Next, type State } from './state.ts'

type Stage = [family: Family, hook: HookName]

/** How a question about a hardware address, and its answer, pass a bridge, by who speaks to whom. */
const stages: Record<string, Stage[]> = {
  'to host': [
    ['bridge', 'prerouting'],
    ['bridge', 'input'],
    ['arp', 'input'],
  ],
  'from host': [
    ['arp', 'output'],
    ['bridge', 'output'],
    ['bridge', 'postrouting'],
  ],
  through: [
    ['bridge', 'prerouting'],
    ['bridge', 'forward'],
    ['bridge', 'postrouting'],
  ],
  in: [['arp', 'input']],
  out: [['arp', 'output']],
}

export interface Neighbours {
  /** Names of stacks, '' for the host; the outside is `outside`. */
  from: string
  to: string
  /** The protocol addresses of who wants to know, and of who is sought. */
  source: string
  sought: string
  device: string
  /** Bridge ports, '' where there is no bridge between. */
  fromPort: string
  toPort: string
  place: Place
}

/** Lets two stacks on one link learn each other's hardware address, unless they know it by now. */
export function meet(net: Net, state: State, who: Neighbours, next: Next): State[] {
  const pair = [who.from, who.to].sort().join(' ')
  if (state.acquainted.includes(pair) || remembers(net, who)) return next(state)
  const family = state.packet.family
  const bridged = who.fromPort !== '' || who.toPort !== ''
  const question = frame(who, family, false)
  const answer = frame(who, family, true)
  const out = bridged
    ? who.from === ''
      ? 'from host'
      : who.to === ''
        ? 'to host'
        : 'through'
    : who.from === ''
      ? 'out'
      : 'in'
  const back = bridged
    ? who.from === ''
      ? 'to host'
      : who.to === ''
        ? 'from host'
        : 'through'
    : who.from === ''
      ? 'in'
      : 'out'
  const known: Next = (after) => next({ ...after, packet: state.packet, acquainted: [...after.acquainted, pair] })
  const answered: Next = (heard) => pass(net, { ...heard, packet: answer }, stages[back]!, who, known)
  return pass(net, { ...state, packet: question }, stages[out]!, who, (heard) => {
    const silent = who.to === '' ? hostIsSilent(net, heard, who) : undefined
    return answered(silent ? dies(heard, { place: who.place, end: 'no-neighbour', says: silent }) : heard)
  })
}

function frame({ source, sought, device, fromPort, toPort }: Neighbours, family: 4 | 6, answers: boolean): Packet {
  const [from, to, inputPort, outputPort] = answers
    ? [sought, source, toPort, fromPort]
    : [source, sought, fromPort, toPort]
  const ends = {
    family,
    source: from,
    destination: to,
    input: device,
    output: device,
    inputPort,
    outputPort,
    length: 28,
  }
  if (family === 4) return packetOf({ ...ends, protocol: 'arp', state: 'untracked' })
  return packetOf({ ...ends, protocol: 'icmpv6', icmpType: answers ? 136 : 135, length: 72, state: 'untracked' })
}

function pass(net: Net, state: State, list: readonly Stage[], who: Neighbours, next: Next): State[] {
  const [first, ...rest] = list
  if (!first) return next(state)
  const [family, name] = first
  const on: Next = (after) => pass(net, after, rest, who, next)
  // IPv6 has no ARP: its neighbours ask by ICMPv6, which its own hooks see.
  const own = family === 'arp' && state.packet.family === 6 ? 'ip6' : family
  if (!net.firewall.has(own, name)) return on(state)
  const before = state.deaths.length
  const says = 'their hardware addresses are asked for'
  return hook(net, state, own, name, { place: who.place, device: who.device, says }, (after) =>
    on(after.deaths.length > before ? withNeighbourEnd(after, before) : after),
  )
}

/** A rule that drops the question is the death of every packet behind it. */
const withNeighbourEnd = (state: State, from: number): State => ({
  ...state,
  deaths: state.deaths.map((death, index) =>
    index < from ? death : { ...death, says: `the neighbour’s hardware address is not found: ARP is ${death.says}` },
  ),
})

/** Whether either knows the other's hardware address from before. */
function remembers({ host, containers }: Net, { from, to, source, sought, device }: Neighbours): boolean {
  const knows = (stack: Stack | undefined, address: string): boolean =>
    stack?.neighbours.some(
      (each) =>
        each.address === address &&
        (stack.name !== '' || each.dev === device) &&
        each.mac !== undefined &&
        !each.state.some((word) => word === 'FAILED' || word === 'INCOMPLETE'),
    ) ?? false
  const stackOf = (name: string): Stack | undefined => (name === '' ? host : containers.get(name))
  return knows(stackOf(from), sought) && (to === 'outside' || knows(stackOf(to), source))
}

/** Why the host gives no answer for one of its addresses. Source: linux/net/ipv4/arp.c, arp_process. */
function hostIsSilent(net: Net, { packet }: State, { source, sought, device }: Neighbours): string | undefined {
  const { host } = net
  if (!isLocal(host, sought)) return `nobody answers for ${sought}`
  if (packet.family === 6) return undefined
  const ignore = largerSetting(host, device, 'arp_ignore')
  if (ignore >= 1 && deviceOf(host, sought)?.name !== device)
    return `the host does not answer for ${sought} on ${device}: arp_ignore is ${ignore}`
  const asked = { ...packet, source, destination: sought, input: device }
  const wrong = wrongSource(net, { packet: asked } as State, 'lo')
  return wrong && `the host does not answer for ${sought} on ${device}: ${wrong}`
}

/** Who on a bridge has an address: a container, or undefined where nobody that can be seen does. */
export function holderOn(net: Net, bridge: string, address: string): Attachment | undefined {
  for (const port of net.ports.get(bridge) ?? []) {
    const attachment = net.attachments.get(port.name)
    if (attachment?.link.ips.some((ip) => ip.address === address)) return attachment
  }
  return undefined
}
