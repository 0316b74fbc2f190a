import type { Flow, Origin } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { acknowledge } from './acknowledge.ts'
import { send } from './container.ts'
import { enter } from './leave.ts'
import { output } from './output.ts'
import { receive } from './receive.ts'
import { segmentOf } from './segment.ts'
import { at, dies, mayDie, type Next, type State } from './state.ts'

/** Sends the answer back to who began, at `from`; of TCP that one acknowledges it. */
export function answer(flow: Flow, net: Net, state: State, done: Next = home, from: Origin = flow.from): State[] {
  const { packet, location } = state
  if (packet.state === 'untracked') {
    const says = 'The connection is not tracked (notrack): how its answers fare is not followed.'
    const death = { place: state.path!.last.place, end: 'dropped', says: 'its answers are not tracked' } as const
    return mayDie(state, death, { says, kind: 'statement', key: 'notrack' }, done)
  }
  const back: State = { ...state, packet: replyTo(packet), way: 'back' }
  const came: Next = (arrived) => {
    const heard = returned(from, arrived)
    return heard.flatMap((each) => (packet.protocol === 'tcp' ? acknowledge(net, each, done) : done(each)))
  }
  if (location.at === 'container') return send(net, back, location.container, came)
  if (location.at === 'host') return output(net, back, came)
  return fromOutside(
    net,
    at(back, 'outside', location.device, 'answers'),
    location.device,
    back.packet.destination,
    came,
  )
}

const home: Next = (state) => [state]

const replyTo = ({ life: _, zone: __, user: ___, ...packet }: Packet): Packet => ({
  ...packet,
  source: packet.destination,
  destination: packet.source,
  sourcePort: packet.destinationPort,
  destinationPort: packet.sourcePort,
  sourceMac: '',
  destinationMac: '',
  state: 'established',
  direction: 'reply',
  flags: packet.flags === 'syn' ? 'syn-ack' : packet.flags,
  icmpType: packet.icmpType === 8 ? 0 : packet.icmpType === 128 ? 129 : -1,
  // What a kernel answers to an echo may be cut.
  dontFragment: packet.protocol === 'tcp',
  input: '',
  output: '',
  inputPort: '',
  outputPort: '',
  local: false,
  tracked: false,
  mark: 0,
})

/** Somebody outside sends to an address by a device of the host's. */
export function fromOutside(net: Net, state: State, device: string, address: string, next: Next): State[] {
  const link = net.host.links.get(device)
  const come: Next = (met) => receive(net, met, device, undefined, next)
  if (link && link.kind !== 'bridge') return enter(net, state, link, address, come)
  const [port] = link ? segmentOf(net, link).foreign : []
  if (!port) return come(state)
  // Who has asked for its gateway is known to that.
  const guest = { by: '', device, address: state.packet.source, who: { is: 'elsewhere', port } as const }
  return come({ ...state, acquainted: [...state.acquainted, guest] })
}

const asked = ({ destination, destinationPort }: State['original']): Pick<Packet, 'source' | 'sourcePort'> => ({
  source: destination,
  sourcePort: destinationPort,
})

const endOf = ({ source, sourcePort }: Packet): string => (sourcePort === 0 ? source : `${source}:${sourcePort}`)

/** Whether the answer came to who had asked, and from whom had been asked. */
function returned(from: Origin, state: State): State[] {
  const { location, packet, original } = state
  const lost = (says: string): State[] => [dies(state, { place: 'routing', end: 'no-route', says })]
  if (location.at !== from.at) {
    if (location.at === 'outside') return lost(`the answer is sent out by ${location.device}, and not to who asked`)
    const who = location.at === 'host' ? 'the host itself' : location.container
    return lost(`the answer to ${packet.destination} ends at ${who}`)
  }
  if (from.at === 'container' && location.at === 'container' && location.container !== from.container)
    return lost(`the answer to ${packet.destination} ends at ${location.container}`)
  if (from.at === 'outside' && location.at === 'outside' && location.device !== from.device) {
    const says = `The answer leaves by ${location.device}, not by ${from.device}, where it was asked: whether it arrives is not known.`
    const settle = `ip route get ${original.source}`
    const doubt = { says, kind: 'other', key: `return by ${location.device}`, settle } as const
    const death = { place: 'routing', end: 'no-route', says: `the answer leaves by ${location.device}` } as const
    return mayDie(state, death, doubt, (lives) => [lives])
  }
  if (from.at === 'outside' && original.source !== '' && packet.destination !== original.source)
    return lost(`the answer goes to ${packet.destination}, and ${original.source} asked`)
  if (original.destination !== '' && endOf(packet) !== endOf({ ...packet, ...asked(original) })) {
    const says = `the answer comes from ${endOf(packet)}, and ${endOf({ ...packet, ...asked(original) })} was asked: its sender does not take it`
    return [dies(state, { place: state.path!.last.place, end: 'source-check', says })]
  }
  return [state]
}
