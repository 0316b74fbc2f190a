import type { Flow } from '../flow.ts'
import type { Net } from '../net.ts'
import { packetOf } from '../packet.ts'
import { answer } from './answer.ts'
import { listenerAt } from './deliver.ts'
import { inContainer } from './endpoint.ts'
import { output } from './output.ts'
import { at, dies, mayDie, type Next, type State, withDoubt } from './state.ts'

export const isProxy = (program: string): boolean => /docker-proxy|dockerd|rootlessport/.test(program)

/** The proxy's own connection to the container, and then `respond`: its answer to the caller. `by`: ports whose proxies have passed it on. */
export function proxied(
  flow: Flow,
  net: Net,
  state: State,
  respond: Next = (heard) => answer(flow, net, heard),
  by: readonly number[] = [],
): State[] {
  const port = state.packet.destinationPort
  if (by.includes(port)) {
    const message = `Docker’s proxy of port ${port} is led back to itself`
    return [dies(state, { location: 'output', end: 'no-listener', message })]
  }
  const target = proxyTarget(flow, net, port)
  const aside = flow.kind === 'published' && port !== flow.port
  if (!target && aside) return elsewhere(flow, state, port, respond)
  if (!target) {
    const message = `Where Docker’s proxy passes port ${port} on to is not known.`
    return respond(withDoubt(state, { message, kind: 'listing', key: `proxy ${port}`, holds: true }))
  }
  const packet = packetOf({
    family: state.packet.family,
    protocol: flow.protocol as 'tcp',
    destination: target.address,
    destinationPort: target.port,
    // dockerd starts its proxies, as root.
    user: 0,
  })
  const original = {
    source: '',
    sourcePort: packet.sourcePort,
    destination: target.address,
    destinationPort: target.port,
  }
  // Conntrack has not met the proxy's connection.
  const { met: _, ...taken } = at(state, 'input', state.packet.input, 'Docker’s proxy takes it')
  const called: State = {
    ...taken,
    packet,
    original,
    way: 'out',
    calls: undefined,
  }
  const relay: Next = ({ path, drops, doubts, acquainted }) => respond({ ...state, path, drops, doubts, acquainted })
  const done: Next = aside ? (ended) => elsewhere(flow, ended, port, relay) : relay
  const heard: Next = (arrived) => answer(flow, net, arrived, done, { at: 'host' })
  return output(net, called, (arrived) => behind(flow, net, arrived, [...by, port], heard))
}

/** What rules lead to another port of the host is answered there, but not by the container that was asked. */
function elsewhere(flow: Flow, state: State, port: number, next: Next): State[] {
  const what = `port ${flow.port} is led to port ${port} of the host`
  const message = `P${what.slice(1)}: whether its program is the one that was asked is not known.`
  const doubt = { message, kind: 'other', key: what } as const
  return mayDie(state, { location: 'input', end: 'no-listener', message: what }, doubt, next)
}

/** Who takes the proxy's connection: the container, or whoever it is led to instead. */
function behind(flow: Flow, net: Net, state: State, by: readonly number[], respond: Next): State[] {
  const { position, packet } = state
  if (position.at === 'container') return inContainer(flow, net, state, position.container, respond)
  const { destination, destinationPort, protocol } = packet
  const listener = position.at === 'host' ? listenerAt(net, destination, destinationPort, protocol) : undefined
  if (position.at === 'host' && !listener) {
    const message = `Docker’s proxy is led to ${destination}:${destinationPort} on the host, and nothing listens there`
    return respond(dies(state, { location: 'output', end: 'no-listener', message }))
  }
  // One more proxy, with a connection of its own that the same rules lead on.
  if (listener && isProxy(listener.program) && proxyTarget(flow, net, destinationPort))
    return proxied(flow, net, state, respond, by)
  const message = `Docker’s proxy is led to ${destination}:${destinationPort}, which is not the container: what answers there is not known.`
  const doubt = { message, kind: 'other', key: `proxy to ${destination}` } as const
  return mayDie(state, { location: 'output', end: 'no-listener', message: message.slice(0, -1) }, doubt, respond)
}

/** The container that a proxy of the host's passes on to, by what dockerd says of it. */
export function proxyTarget(
  { container, network, protocol }: Flow,
  { facts }: Net,
  port: number,
): { address: string; port: number } | undefined {
  const all = facts.docker.containers
  const binding = (own: (typeof all)[number]) =>
    own.published.find((each) => each.port === port && each.protocol === protocol)
  const own = all.find((each) => each.name === container && binding(each)) ?? all.find(binding)
  const bound = own && binding(own)
  const address = own?.name === container ? own.addresses[network] : Object.values(own?.addresses ?? {})[0]
  return bound && address ? { address, port: bound.to } : undefined
}
