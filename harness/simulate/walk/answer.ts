import type { Flow, Origin } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { acknowledge } from './acknowledge.ts'
import { send } from './container.ts'
import { enter } from './leave.ts'
import { output } from './output.ts'
import { receive } from './receive.ts'
import { segmentOf } from './segment.ts'
import { acceptedBy } from './sizes.ts'
import { at, dies, mayDie, type Next, type State, withPacket } from './state.ts'

/** Sends the answer back to the flow's sender at `from`; a TCP sender then acknowledges it. */
export function answer(flow: Flow, net: Net, state: State, done: Next = home, from: Origin = flow.from): State[] {
  const { packet, position } = state
  if (packet.state === 'untracked') {
    const message = 'The connection is not tracked (notrack): its answers are not simulated.'
    const drop = {
      location: state.path!.last.location,
      end: 'dropped',
      message: 'its answers are not tracked',
    } as const
    return mayDie(state, drop, { message, kind: 'statement', key: 'notrack' }, done)
  }
  const back = sizedFor(from, net, { ...state, packet: replyTo(packet), way: 'back' })
  const came: Next = (arrived) => {
    const heard = returned(net, from, arrived)
    return heard.flatMap((each) => (packet.protocol === 'tcp' ? acknowledge(net, each, done) : done(each)))
  }
  if (position.at === 'container') return send(net, back, position.container, came)
  if (position.at === 'host') return output(net, back, came)
  return fromOutside(
    net,
    at(back, 'outside', position.device, 'answers'),
    position.device,
    back.packet.destination,
    came,
  )
}

const home: Next = (state) => [state]

/** A large transfer's answers are as large as the flow's sender accepts. Machines outside: `answersOf` knows their size. */
function sizedFor(from: Origin, net: Net, state: State): State {
  if (state.packet.transfer === undefined || state.clampsMss || state.position.at === 'outside') return state
  return withPacket(state, { transfer: acceptedBy(from, net) })
}

const replyTo = ({
  life: _life,
  zone: _zone,
  user: _user,
  forBridge: _forBridge,
  untrackedBy: _untrackedBy,
  segmentSize: _segmentSize,
  ...packet
}: Packet): Packet => ({
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
  // The kernel may fragment its answer to an echo.
  dontFragment: packet.protocol === 'tcp',
  input: '',
  output: '',
  inputPort: '',
  outputPort: '',
  local: false,
  tracked: false,
  mark: 0,
})

/** A machine outside sends to an address by one of the host's devices. */
export function fromOutside(net: Net, state: State, device: string, address: string, next: Next): State[] {
  const link = net.host.links.get(device)
  const come: Next = (met) => receive(net, met, device, undefined, next)
  if (link && link.kind !== 'bridge') return enter(net, state, link, address, come)
  const [port] = link ? segmentOf(net, link).foreign : []
  if (!port) return come(state)
  // The sender is known to its gateway, because it resolved the gateway's address.
  const guest = { by: '', device, address: state.packet.source, who: { is: 'elsewhere', port } as const }
  return come({ ...state, acquainted: [...state.acquainted, guest] })
}

const destinationOf = ({ destination, destinationPort }: State['original']): Pick<Packet, 'source' | 'sourcePort'> => ({
  source: destination,
  sourcePort: destinationPort,
})

const endOf = ({ source, sourcePort }: Packet): string => (sourcePort === 0 ? source : `${source}:${sourcePort}`)

/** Checks that the answer arrives at the flow's sender, from the address that the flow went to. */
function returned(net: Net, from: Origin, state: State): State[] {
  const { position, packet, original } = state
  const lost = (message: string): State[] => [
    dies(state, { location: 'routing', end: 'no-route', message, address: packet.destination, namesAnswer: true }),
  ]
  if (position.at !== from.at) {
    if (position.at === 'outside') return lost(`the answer leaves by ${position.device}, away from its receiver`)
    const who = position.at === 'host' ? 'the host itself' : position.container
    return lost(`the answer to ${packet.destination} ends at ${who}`)
  }
  if (from.at === 'container' && position.at === 'container' && position.container !== from.container)
    return lost(`the answer to ${packet.destination} ends at ${position.container}`)
  if (from.at === 'outside' && position.at === 'outside' && position.device !== from.device) {
    const message = `The request came in by ${from.device}, but the answer leaves by ${position.device}: whether it arrives is not known.`
    const settle = `ip route get ${original.source}`
    const doubt = { message, kind: 'other', key: `return by ${position.device}`, settle } as const
    const drop = {
      location: 'routing',
      end: 'no-route',
      message: `the answer leaves by ${position.device}`,
      namesAnswer: true,
    } as const
    return mayDie(state, drop, doubt, (lives) => [lives])
  }
  const strays = original.source !== '' && packet.destination !== original.source
  const astray = `the answer goes to ${packet.destination}, but ${original.source} sent the request`
  if (from.at === 'outside' && strays) return lost(astray)
  if (original.destination !== '' && endOf(packet) !== endOf({ ...packet, ...destinationOf(original) })) {
    const message = `the answer comes from ${endOf(packet)}, but the request went to ${endOf({ ...packet, ...destinationOf(original) })}: the sender does not accept it`
    return [dies(state, { location: state.path!.last.location, end: 'source-check', message, namesAnswer: true })]
  }
  // ping hears answers to any of its stack's addresses; other programs bind theirs.
  const isPing = packet.protocol === 'icmp' || packet.protocol === 'icmpv6'
  return strays && (net.isExact || !isPing) ? lost(astray) : [state]
}
