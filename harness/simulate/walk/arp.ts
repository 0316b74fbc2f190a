import type { LinkFact } from '../../evidence/facts.ts'
import type { Place } from '../flow.ts'
import type { Net } from '../net.ts'
import { type Packet, packetOf } from '../packet.ts'
import type { Family, HookName } from '../rules/index.ts'
import { hook } from './hook.ts'
import { dies, type Next, type State } from './state.ts'

/** One who speaks on a link: the host, a container or somebody outside. */
export interface Speaker {
  /** '' for the host, `outside` for who is not seen, else the container. */
  name: string
  /** The port of the bridge that it stands behind; '' where it is the host or there is no bridge. */
  port: string
  mac: string
}

/** A question for a hardware address on one link. */
export interface Question {
  asker: Speaker
  holder: Speaker
  /** The protocol addresses of who wants to know, and of who is sought. */
  source: string
  sought: string
  /** The host's device of that link: the bridge where there is one. */
  device: string
  bridged: boolean
  place: Place
}

type Stage = [family: Family, hook: HookName, device: string]

/** Leads the question from the asker to the holder, and what it answers back. `silent`: why it gives no answer. */
export function exchange(net: Net, state: State, question: Question, silent: string | undefined, next: Next): State[] {
  const { packet } = state
  const { asker, holder, place } = question
  const done: Next = (after) => next({ ...after, packet })
  const answered: Next = (heard) =>
    send(net, { ...heard, packet: frame(question, packet.family, true) }, question, holder, asker, done)
  return send(net, { ...state, packet: frame(question, packet.family, false) }, question, asker, holder, (heard) =>
    answered(silent === undefined ? heard : dies(heard, { place, end: 'no-neighbour', says: silent })),
  )
}

/** How a frame passes a link, by who speaks to whom. */
function stagesOf({ device, bridged }: Question, from: Speaker, to: Speaker): Stage[] {
  if (!bridged)
    return from.name === ''
      ? [
          ['arp', 'output', device],
          ['netdev', 'egress', device],
        ]
      : [
          ['netdev', 'ingress', device],
          ['arp', 'input', device],
        ]
  const start: Stage[] =
    from.name === ''
      ? [
          ['arp', 'output', device],
          ['netdev', 'egress', device],
          ['bridge', 'output', device],
        ]
      : [
          ['netdev', 'ingress', from.port],
          ['bridge', 'prerouting', device],
        ]
  if (to.name === '')
    return [...start, ['bridge', 'input', device], ['netdev', 'ingress', device], ['arp', 'input', device]]
  const across: Stage[] = from.name === '' ? [] : [['bridge', 'forward', device]]
  return [...start, ...across, ['bridge', 'postrouting', device], ['netdev', 'egress', to.port]]
}

function send(net: Net, state: State, question: Question, from: Speaker, to: Speaker, next: Next): State[] {
  const { place } = question
  const pass = ([first, ...rest]: readonly Stage[], now: State): State[] => {
    if (!first) return next(now)
    const [family, name, device] = first
    // IPv6 has no ARP: its neighbours ask by ICMPv6, which its own hooks see.
    const own = family === 'arp' && now.packet.family === 6 ? 'ip6' : family
    if (device === '' || !net.firewall.has(own, name)) return pass(rest, now)
    const before = now.deaths.length
    const says = 'their hardware addresses are asked for'
    const shown = { ...now, packet: { ...now.packet, ...devices(question, from, to, name) } }
    return hook(net, shown, own, name, { place, device, says }, (after) =>
      pass(rest, after.deaths.length > before ? withNeighbourEnd(after, before) : after),
    )
  }
  return pass(stagesOf(question, from, to), state)
}

/** What a hook is told of where a frame comes in and goes out. */
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

function frame({ source, sought, asker, holder }: Question, family: 4 | 6, answers: boolean): Packet {
  const ends = answers
    ? { source: sought, destination: source, sourceMac: holder.mac, destinationMac: asker.mac }
    : { source, destination: sought, sourceMac: asker.mac, destinationMac: 'ff:ff:ff:ff:ff:ff' }
  const common = { ...ends, family, state: 'untracked', direction: answers ? 'reply' : 'original' } as const
  if (family === 4) return packetOf({ ...common, length: 28, protocol: 'arp' })
  return packetOf({ ...common, length: 72, protocol: 'icmpv6', icmpType: answers ? 136 : 135 })
}

/** A rule that drops the question is the death of every packet behind it. */
const withNeighbourEnd = (state: State, from: number): State => ({
  ...state,
  deaths: state.deaths.map((death, index) =>
    index < from ? death : { ...death, says: `the neighbour’s hardware address is not found: ARP is ${death.says}` },
  ),
})

/** What a hook of the bridge's is told of a link's end. */
export const speaker = (name: string, port: string, link?: Pick<LinkFact, 'mac'>): Speaker => ({
  name,
  port,
  mac: link?.mac ?? '',
})
