import { familyOf } from '../../lib/ip.ts'
import { capital } from '../../lib/text.ts'
import { daemonFilter } from '../cgroup-filters.ts'
import type { Flow } from '../flow.ts'
import type { Net } from '../net.ts'
import { packetOf } from '../packet.ts'
import { answer } from './answer.ts'
import { listenerAt } from './deliver.ts'
import { inContainer } from './endpoint.ts'
import { output } from './output.ts'
import { at, dies, mayDie, type Next, type State, withDoubt } from './state.ts'

export const isProxy = (program: string): boolean => /docker-proxy|rootlessport/.test(program)

/**
 * The proxy's own connection to the container, then `respond`: its answer to the client. `by`: the ports whose proxies
 * have already passed it on.
 */
export function proxied(
  flow: Flow,
  net: Net,
  state: State,
  respond: Next = (heard) => answer(flow, net, heard),
  by: readonly number[] = [],
): State[] {
  const port = state.packet.destinationPort
  if (by.includes(port)) {
    const message = `Docker’s proxy of port ${port} is sent back to itself`
    return [dies(state, { location: 'output', end: 'no-listener', message })]
  }
  const target = proxyTarget(flow, net, port)
  const aside = flow.kind === 'published' && port !== flow.port
  if (!target && aside) return elsewhere(flow, state, port, respond)
  if (!target) {
    const message = `The target of Docker’s proxy at port ${port} is not known.`
    return respond(withDoubt(state, { message, kind: 'listing', key: `proxy ${port}`, holds: true }))
  }
  const packet = packetOf({
    family: familyOf(target.address) ?? 4,
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
  // Conntrack has not seen the proxy's connection yet.
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
  return unfiltered(net, called, [ends(state), { remote: target.address, device: flow.bridge }], (free) =>
    output(net, free, (arrived) => behind(flow, net, arrived, [...by, port], heard)),
  )
}

const ends = ({ packet }: State): Talk => ({ remote: packet.source, device: packet.input })

type Talk = Parameters<typeof daemonFilter>[1]

/** Each of the proxy's connections may be filtered, because the proxy belongs to docker.service. */
function unfiltered(net: Net, state: State, [first, ...others]: readonly Talk[], next: Next): State[] {
  if (!first) return next(state)
  const free: Next = (lives) => unfiltered(net, lives, others, next)
  const doubt = daemonFilter(net.facts, first)
  const message = 'the filter of docker.service may drop packets of Docker’s proxy'
  return doubt ? mayDie(state, { location: 'output', end: 'dropped', message }, doubt, free) : free(state)
}

/** Rules send the packet to another port of the host: something may answer there, but not the container. */
function elsewhere(flow: Flow, state: State, port: number, next: Next): State[] {
  const what = `port ${flow.port} is sent to port ${port} of the host`
  const message = `${capital(what)}: whether the right program listens there is not known.`
  const doubt = { message, kind: 'other', key: what } as const
  return mayDie(state, { location: 'input', end: 'no-listener', message: what }, doubt, next)
}

/** The receiver of the proxy's connection: the container, or where rules send it instead. */
function behind(flow: Flow, net: Net, state: State, by: readonly number[], respond: Next): State[] {
  const { position, packet } = state
  if (position.at === 'container') return inContainer(flow, net, state, position.container, respond)
  const { destination, destinationPort, protocol } = packet
  const listener = position.at === 'host' ? listenerAt(net, destination, destinationPort, protocol) : undefined
  if (position.at === 'host' && !listener) {
    const message = `rules redirect Docker’s proxy to ${destination}:${destinationPort} on the host, and nothing listens there`
    return respond(dies(state, { location: 'output', end: 'no-listener', message }))
  }
  // Another proxy, whose own connection the same rules redirect.
  if (listener && isProxy(listener.program) && proxyTarget(flow, net, destinationPort))
    return proxied(flow, net, state, respond, by)
  const message = `Rules redirect Docker’s proxy to ${destination}:${destinationPort}, which is not the container: what answers there is not known.`
  const doubt = { message, kind: 'other', key: `proxy to ${destination}` } as const
  return mayDie(state, { location: 'output', end: 'no-listener', message: message.slice(0, -1) }, doubt, respond)
}

/**
 * The container that a proxy on the host serves, by dockerd's own list. A proxy of an IPv6 port connects by IPv4 where
 * the container has no IPv6 address. Source: moby, libnetwork/drivers/bridge.
 */
export function proxyTarget(
  { container, network, protocol, address: called }: Flow,
  { facts }: Net,
  port: number,
): { address: string; port: number } | undefined {
  const all = facts.docker.containers
  const binding = (own: (typeof all)[number]) =>
    own.published.find((each) => each.port === port && each.protocol === protocol)
  const own = all.find((each) => each.name === container && binding(each)) ?? all.find(binding)
  const bound = own && binding(own)
  const of = (addresses: Record<string, string> = {}): string | undefined =>
    own?.name === container ? addresses[network] : Object.values(addresses)[0]
  const address = (familyOf(called) === 6 && of(own?.addresses6)) || of(own?.addresses)
  return bound && address ? { address, port: bound.to } : undefined
}
