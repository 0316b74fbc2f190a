import type { Flow } from '../flow.ts'
import type { Net } from '../net.ts'
import { packetOf } from '../packet.ts'
import { answer } from './answer.ts'
import { listenerAt } from './deliver.ts'
import { inContainer } from './endpoint.ts'
import { output } from './output.ts'
import { at, dies, mayDie, type Next, type State, withDoubt } from './state.ts'

/** The proxy's own connection to the container, and then its answer to the caller. */
export function proxied(flow: Flow, net: Net, state: State): State[] {
  if (state.packet.destinationPort !== flow.port) return elsewhere(flow, net, state)
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
    calls: undefined,
  }
  const relay: Next = ({ path, deaths, doubts, acquainted }) =>
    answer(flow, net, { ...state, path, deaths, doubts, acquainted })
  const respond: Next = (heard) => answer(flow, net, heard, relay, { at: 'host' })
  return output(net, called, (arrived) => behind(flow, net, arrived, respond))
}

/** What rules lead to another port of the host is answered there, but not by the container that was asked. */
function elsewhere(flow: Flow, net: Net, state: State): State[] {
  const what = `port ${flow.port} is led to port ${state.packet.destinationPort} of the host`
  const says = `P${what.slice(1)}: whether its program is the one that was asked is not known.`
  const doubt = { says, kind: 'other', key: what } as const
  return mayDie(state, { place: 'input', end: 'no-listener', says: what }, doubt, (lives) => answer(flow, net, lives))
}

/** Who takes the proxy's connection: the container, or whoever it is led to instead. */
function behind(flow: Flow, net: Net, state: State, respond: Next): State[] {
  const { location, packet } = state
  if (location.at === 'container') return inContainer(flow, net, state, location.container, respond)
  const { destination, destinationPort, protocol } = packet
  if (location.at === 'host' && !listenerAt(net, destination, destinationPort, protocol)) {
    const says = `Docker’s proxy is led to ${destination}:${destinationPort} on the host, and nothing listens there`
    return respond(dies(state, { place: 'output', end: 'no-listener', says }))
  }
  const says = `Docker’s proxy is led to ${destination}:${destinationPort}, which is not the container: what answers there is not known.`
  const doubt = { says, kind: 'other', key: `proxy to ${destination}` } as const
  return mayDie(state, { place: 'output', end: 'no-listener', says: says.slice(0, -1) }, doubt, respond)
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
