import type { LinkFact } from '../../evidence/facts.ts'
import type { Drop, Location } from '../flow.ts'
import type { Net } from '../net.ts'
import { type Packet, packetOf } from '../packet.ts'
import { addressNumber } from '../rules/addresses.ts'
import type { Family, HookName } from '../rules/index.ts'
import type { Silence } from './arp-answer.ts'
import { hook } from './hook.ts'
import { filtersBridged } from './port.ts'
import { dies, type Next, type State } from './state.ts'

/** A participant on a link: the host, a container or a machine outside. */
export interface Speaker {
  /** '' for the host, `outside` for a machine that the evidence does not show, otherwise the container. */
  name: string
  /** Its port on the bridge; '' for the host, or where there is no bridge. */
  port: string
  mac: string
}

/** A request for a hardware address on one link. */
export interface Question {
  asker: Speaker
  holder: Speaker
  /** The protocol addresses of the sender, and of the neighbour that it searches. */
  source: string
  sought: string
  /** The host's device of that link: the bridge where there is one. */
  device: string
  bridged: boolean
  location: Location
}

type Stage = [family: Family, hook: HookName, device: string]

/** Simulates the request and its answer. `silent`: why the holder gives no answer. */
export function exchange(net: Net, state: State, question: Question, silent: Silence | undefined, next: Next): State[] {
  const { packet } = state
  const { asker, holder } = question
  // Where no rule sees such frames, nothing can stop them.
  const seen = hooks[packet.family].some(([family, name]) => net.firewall.has(family, name))
  const unheard = (now: State): State => (silent === undefined ? now : dies(now, silentEnd(silent, question)))
  if (!seen) return next(unheard(state))
  return send(net, { ...state, packet: frame(question, packet.family, false) }, question, asker, holder, (heard) => {
    const answer = { ...unheard(heard), packet: frame(question, packet.family, true) }
    return send(net, answer, question, holder, asker, (after) => next({ ...after, packet }))
  })
}

/** The drop of a packet that waits for an address in vain, with the setting that suppresses the answer. */
function silentEnd({ message = '', setting }: Silence, { location, sought }: Question): Omit<Drop, 'way'> {
  const neighbour = { address: sought, isNamed: true }
  return { location, end: 'no-neighbour', message, neighbour, ...(setting && { setting }) }
}

const below: [Family, HookName][] = [
  ['netdev', 'ingress'],
  ['netdev', 'egress'],
  ...(['prerouting', 'input', 'forward', 'output', 'postrouting'] as const).map((name): [Family, HookName] => [
    'bridge',
    name,
  ]),
]
const hooks: Record<4 | 6, [Family, HookName][]> = {
  4: [...below, ['arp', 'input'], ['arp', 'output']],
  6: [...below, ...below.slice(2).map(([, name]): [Family, HookName] => ['ip6', name])],
}

/**
 * How a frame passes a link, by its sender and receiver. IPv6 has no ARP: its neighbours use ICMPv6, which IPv6's own
 * hooks see.
 */
function stagesOf(net: Net, { device, bridged }: Question, packet: Packet, from: Speaker, to: Speaker): Stage[] {
  const six = packet.family === 6
  const bridge = net.host.links.get(device)
  const shown = six && bridged && bridge !== undefined && filtersBridged(net, bridge, packet)
  const sends: Stage[] = six
    ? [
        ['ip6', 'output', device],
        ['ip6', 'postrouting', device],
      ]
    : [['arp', 'output', device]]
  const takes: Stage[] = [
    ...(six && !shown ? [['ip6', 'prerouting', device] as Stage] : []),
    six ? ['ip6', 'input', device] : ['arp', 'input', device],
  ]
  const start: Stage[] =
    from.name === '' ? [...sends, ['netdev', 'egress', device]] : [['netdev', 'ingress', bridged ? from.port : device]]
  if (!bridged) return from.name === '' ? start : [...start, ...takes]
  const entered: Stage[] =
    from.name === ''
      ? [['bridge', 'output', device]]
      : [['bridge', 'prerouting', device], ...(shown ? [['ip6', 'prerouting', device] as Stage] : [])]
  if (to.name === '')
    return [...start, ...entered, ['bridge', 'input', device], ['netdev', 'ingress', device], ...takes]
  const through = from.name !== ''
  return [
    ...start,
    ...entered,
    ...(through ? [['bridge', 'forward', device] as Stage] : []),
    ...(through && shown ? [['ip6', 'forward', device] as Stage] : []),
    ['bridge', 'postrouting', device],
    ...(through && shown ? [['ip6', 'postrouting', device] as Stage] : []),
    ['netdev', 'egress', to.port],
  ]
}

function send(net: Net, state: State, question: Question, from: Speaker, to: Speaker, next: Next): State[] {
  const { location } = question
  const pass = ([first, ...rest]: readonly Stage[], now: State): State[] => {
    if (!first) return next(now)
    const [family, name, device] = first
    if (device === '' || !net.firewall.has(family, name)) return pass(rest, now)
    const before = now.drops.length
    const message = 'ARP resolves the hardware addresses'
    const shown = { ...now, packet: { ...now.packet, ...devices(question, from, to, name) } }
    return hook(net, shown, family, name, { location, device, message }, (after) =>
      pass(rest, after.drops.length > before ? withNeighbourEnd(after, before, question) : after),
    )
  }
  return pass(stagesOf(net, question, state.packet, from, to), state)
}

/** A frame's input and output, as a hook sees them. */
function devices(
  { device }: Question,
  from: Speaker,
  to: Speaker,
  name: HookName,
): Pick<Packet, 'input' | 'output' | 'inputPort' | 'outputPort'> {
  const comes = from.name !== '' && name !== 'postrouting' && name !== 'egress'
  const goes = name === 'forward' || name === 'output' || name === 'postrouting' || name === 'egress'
  return {
    input: comes ? device : '',
    inputPort: comes ? from.port : '',
    output: goes ? device : '',
    outputPort: goes ? to.port : '',
  }
}

const broadcast = 'ff:ff:ff:ff:ff:ff'

/** The hardware address of an IPv6 address's solicited-node multicast group. Source: RFC 4291, 2.7.1; RFC 2464, 7. */
const solicited = (address: string): string => {
  const low = BigInt(addressNumber(address) ?? 0) & 0xffffffn
  return `33:33:ff${low.toString(16).padStart(6, '0').replace(/../g, ':$&')}`
}

function frame({ source, sought, asker, holder }: Question, family: 4 | 6, answers: boolean): Packet {
  const ends = answers
    ? { source: sought, destination: source, sourceMac: holder.mac, destinationMac: asker.mac }
    : {
        source,
        destination: sought,
        sourceMac: asker.mac,
        destinationMac: family === 6 ? solicited(sought) : broadcast,
      }
  const local = (answers ? holder : asker).name === ''
  const common = { ...ends, family, state: 'untracked', direction: answers ? 'reply' : 'original', local } as const
  if (family === 4) return packetOf({ ...common, length: 28, protocol: 'arp' })
  return packetOf({ ...common, length: 72, protocol: 'icmpv6', icmpType: answers ? 136 : 135 })
}

/** A rule that drops the request ends every packet that waits for it. */
const withNeighbourEnd = (state: State, from: number, { sought }: Question): State => ({
  ...state,
  drops: state.drops.map((drop, index) =>
    index < from
      ? drop
      : {
          ...drop,
          message: `the neighbour’s hardware address is not found: ARP is ${drop.message}`,
          neighbour: { address: sought, isNamed: false },
        },
  ),
})

/** A link's end, as the bridge's hooks see it. */
export const speaker = (name: string, port: string, link?: Pick<LinkFact, 'mac'>): Speaker => ({
  name,
  port,
  mac: link?.mac ?? '',
})
