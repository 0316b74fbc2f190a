import { familyOf } from '../../lib/ip.ts'
import type { Flow, Walk } from '../flow.ts'
import type { Net } from '../net.ts'
import { type Packet, packetOf } from '../packet.ts'
import { send } from './container.ts'
import { listenerAt } from './deliver.ts'
import { judge } from './judge.ts'
import { output } from './output.ts'
import { answersOf } from './outside.ts'
import { receive } from './receive.ts'
import { at, dies, mayDie, type Next, type State, withDoubt } from './state.ts'

/** Leads a flow's first packet to its end, and the answer back. */
export function walk(flow: Flow, net: Net): Walk {
  // What large packets may be is agreed on when a connection begins.
  const begun = flow.size === 'full' && flow.protocol === 'tcp' ? lead({ ...flow, size: 'small' }, net, false) : []
  const clamps = begun.length > 0 && begun.every(({ clampsMss }) => clampsMss)
  return judge(flow, net, lead(flow, net, clamps))
}

function lead(flow: Flow, net: Net, clampsMss: boolean): State[] {
  const packet = firstPacket(flow, net)
  const { source, sourcePort, destination, destinationPort } = packet
  const state: State = {
    packet,
    location: { at: 'host' },
    way: 'out',
    path: [],
    deaths: [],
    doubts: [],
    original: { source, sourcePort, destination, destinationPort },
    clampsMss,
    // What has to die need not be followed any further.
    goesOn: flow.ought !== 'die',
    acquainted: [],
  }
  return start(flow, net, state, (arrived) => reached(flow, net, arrived))
}

function firstPacket({ source, address, port, protocol, from, size }: Flow, net: Net): Packet {
  const family = familyOf(address) ?? 4
  const small = protocol === 'tcp' ? 60 : 84
  return packetOf({
    family,
    protocol: protocol === 'icmp' && family === 6 ? 'icmpv6' : protocol,
    source,
    destination: address,
    destinationPort: port,
    // A full one fills the sender's own link; what its sender cannot know is found on the way.
    length: size === 'full' ? mtuOf(from, net) : small,
    dontFragment: protocol === 'tcp',
    flags: protocol === 'tcp' ? (size === 'full' ? 'ack' : 'syn') : '',
  })
}

function mtuOf(from: Flow['from'], net: Net): number {
  if (from.at === 'outside') return net.host.links.get(from.device)?.mtu ?? 1500
  if (from.at === 'host') return 1500
  const links = [...(net.containers.get(from.container)?.links.values() ?? [])].filter(({ loopback }) => !loopback)
  return Math.max(...links.map(({ mtu }) => mtu), 576)
}

function start({ from, address }: Flow, net: Net, state: State, next: Next): State[] {
  if (from.at === 'container') return send(net, state, from.container, next)
  if (from.at === 'host') return output(net, state, next)
  return receive(net, at(state, 'outside', from.device, state.packet.source), from.device, address, next)
}

/** The first packet has come as far as it goes: whoever takes it there answers. */
function reached(flow: Flow, net: Net, state: State): State[] {
  const { location } = state
  if (location.at === 'outside') return answersOf(flow, net, state, (heard) => answer(flow, net, heard))
  if (location.at === 'container') return answer(flow, net, state)
  return atHost(flow, net, state)
}

/** On the host a program answers: of a published port, Docker's proxy, by a connection of its own to the container. */
function atHost(flow: Flow, net: Net, state: State): State[] {
  const { destination, destinationPort, protocol } = state.packet
  if (protocol === 'icmp' || protocol === 'icmpv6' || flow.kind === 'host-service') return answer(flow, net, state)
  const listener = listenerAt(net, destination, destinationPort, protocol)
  if (!listener && net.facts.sections.listeners?.status !== 'ok') {
    const says = `What listens on the host at port ${destinationPort} is not known.`
    const doubt = { says, kind: 'listing', key: 'listeners', settle: 'ss -lntup' } as const
    const death = { place: 'input', end: 'no-listener', says: `nothing may listen at port ${destinationPort}` } as const
    const taken: Next = (lives) => (flow.kind === 'published' ? proxied(flow, net, lives) : answer(flow, net, lives))
    return mayDie(state, death, doubt, taken)
  }
  if (!listener) {
    const says = `no rule passes it on to a container, and nothing on the host listens at ${destination}:${destinationPort}/${protocol}`
    return [dies(state, { place: 'input', end: 'no-listener', says })]
  }
  if (flow.kind !== 'published') return answer(flow, net, state)
  if (!isProxy(listener.program)) {
    const says = `port ${destinationPort} of the host is held by ${listener.program || 'a program that cannot be seen'}, which is not Docker’s proxy`
    if (listener.program !== '') return [dies(state, { place: 'input', end: 'no-listener', says })]
    const doubt = {
      says: `${says}.`,
      kind: 'listing',
      key: `listener ${destinationPort}`,
      settle: `ss -lntup sport = :${destinationPort}`,
    } as const
    return mayDie(state, { place: 'input', end: 'no-listener', says }, doubt, (lives) => proxied(flow, net, lives))
  }
  return proxied(flow, net, state)
}

const isProxy = (program: string): boolean => /docker-proxy|dockerd|rootlessport/.test(program)

/** The proxy's own connection to the container, and then its answer to the caller. */
function proxied(flow: Flow, net: Net, state: State): State[] {
  const target = proxyTarget(flow, net)
  if (!target) {
    const says = `Where Docker’s proxy passes port ${flow.port} on to is not known.`
    return answer(flow, net, withDoubt(state, { says, kind: 'listing', key: `proxy ${flow.port}`, holds: true }))
  }
  const packet = packetOf({
    family: state.packet.family,
    protocol: flow.protocol as 'tcp',
    destination: target.address,
    destinationPort: target.port,
  })
  const original = {
    source: '',
    sourcePort: packet.sourcePort,
    destination: target.address,
    destinationPort: target.port,
  }
  const called: State = {
    ...at(state, 'input', state.packet.input, 'Docker’s proxy takes it'),
    packet,
    original,
    way: 'out',
  }
  return output(net, called, (arrived) =>
    answer(flow, net, arrived, (heard) =>
      answer(flow, net, { ...state, path: heard.path, deaths: heard.deaths, doubts: heard.doubts }),
    ),
  )
}

function proxyTarget(
  { container, network, port, protocol }: Flow,
  { facts }: Net,
): { address: string; port: number } | undefined {
  const own = facts.docker.containers.find(({ name }) => name === container)
  const binding = own?.published.find((each) => each.port === port && each.protocol === protocol)
  const address = own?.addresses[network]
  return binding && address ? { address, port: binding.to } : undefined
}

/** Sends the answer back to who began. */
function answer(flow: Flow, net: Net, state: State, done: Next = home): State[] {
  const { packet, location, original } = state
  if (packet.state === 'untracked') {
    const says = 'The connection is not tracked (notrack): how its answers fare is not followed.'
    return mayDie(
      state,
      { place: state.path.at(-1)!.place, end: 'dropped', says: 'its answers are not tracked' },
      { says, kind: 'statement', key: 'notrack' },
      done,
    )
  }
  const reply: Packet = {
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    state: 'established',
    direction: 'reply',
    flags: packet.flags === 'syn' ? 'syn-ack' : packet.flags,
    icmpType: packet.icmpType === 8 ? 0 : packet.icmpType === 128 ? 129 : -1,
    input: '',
    output: '',
    inputPort: '',
    outputPort: '',
    local: false,
    tracked: false,
    mark: 0,
  }
  const back: State = { ...state, packet: reply, way: 'back', original }
  if (location.at === 'container') return send(net, back, location.container, (came) => returned(flow, came, done))
  if (location.at === 'host') return output(net, back, (came) => returned(flow, came, done))
  return receive(net, at(back, 'outside', location.device, 'answers'), location.device, reply.destination, (came) =>
    returned(flow, came, done),
  )
}

const home: Next = (state) => [state]

/** Whether the answer came to who had asked, and from whom had been asked. */
function returned({ from }: Flow, state: State, done: Next): State[] {
  const { location, packet, original } = state
  if (from.at === 'container' && location.at === 'outside') {
    const says = `the answer is sent out by ${location.device}, and not to the container`
    return [dies(state, { place: 'routing', end: 'no-route', says })]
  }
  if (from.at === 'outside' && location.at === 'outside' && location.device !== from.device) {
    const says = `The answer leaves by ${location.device}, not by ${from.device}, where it was asked: whether it arrives is not known.`
    const settle = `ip route get ${original.source}`
    const doubt = { says, kind: 'other', key: `return by ${location.device}`, settle } as const
    const death = { place: 'routing', end: 'no-route', says: `the answer leaves by ${location.device}` } as const
    return mayDie(state, death, doubt, done)
  }
  if (original.destination !== '' && packet.source !== original.destination) {
    const says = `the answer comes from ${packet.source}, and ${original.destination} was asked: its sender does not take it`
    return done(dies(state, { place: state.path.at(-1)!.place, end: 'source-check', says }))
  }
  return done(state)
}
