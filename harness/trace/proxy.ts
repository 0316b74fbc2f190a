import type { Facts } from '../evidence/facts.ts'
import { netOf } from '../simulate/net.ts'
import { listenerAt } from '../simulate/walk/deliver.ts'
import { isProxy } from '../simulate/walk/proxy.ts'
import { buildTrace } from './build.ts'
import { type Flow, isDead, type Trace } from './trace.ts'

/**
 * The connection that Docker's proxy makes to the container for a flow to a published port; undefined for other flows.
 */
export function proxiedOf(
  { kind, container, network, address, port, protocol }: Flow,
  { docker }: Facts,
): Flow | undefined {
  const own = kind === 'published' ? docker.containers.find(({ name }) => name === container) : undefined
  const binding = own?.published.find(
    (each) => each.port === port && each.protocol === protocol && ['', '0.0.0.0', address].includes(each.host),
  )
  const on = own?.addresses[network] ? network : Object.keys(own?.addresses ?? {})[0]
  const inside = on && own?.addresses[on]
  if (!binding || !on || !inside) return undefined
  const bridge = docker.networks.find(({ name }) => name === on)?.bridge ?? ''
  return {
    container,
    network: on,
    bridge,
    source: '',
    address: inside,
    port: binding.to,
    protocol,
    from: { at: 'host' },
    kind: 'forwarded',
    title: `Docker’s proxy to ${container}`,
  }
}

/** The same for a flow that rules have redirected to a published port, where the host took its packet. */
export function ledTo(flow: Flow, taken: Pick<Flow, 'address' | 'port'>, facts: Facts): Flow | undefined {
  const { protocol } = flow
  const listener = listenerAt(netOf(facts), taken.address, taken.port, protocol)
  if (flow.kind === 'published' || !listener || !isProxy(listener.program)) return undefined
  const holder = facts.docker.containers.find(({ published }) =>
    published.some((each) => each.port === taken.port && each.protocol === protocol),
  )
  return holder && proxiedOf({ ...flow, ...taken, kind: 'published', container: holder.name }, facts)
}

/**
 * A trace that ended at a program on the host. For a published port that is a proxy, and the proxy's own connection
 * decides.
 */
export function throughProxy(trace: Trace, proxied: Trace): Trace {
  if (trace.end !== 'answered' || !trace.stations.some(({ way, location }) => way === 'out' && location === 'input'))
    return trace
  if (proxied.end === 'answered' || proxied.end === 'passes') return trace
  const message = (summary: string): string =>
    `Docker’s proxy takes it, and makes its own connection to the container: ${summary}`
  if (!isDead(proxied) && proxied.end !== 'refused')
    return { ...trace, end: 'unclear', summary: message(proxied.summary) }
  const last = proxied.stations.findLast(({ way, state }) => way === 'out' && state === 'passed')
  const { terminatingRule, at = { way: 'out' as const, location: last?.location ?? ('container' as const) } } = proxied
  const out = trace.stations
    .filter(({ way }) => way === 'out')
    .map(({ way, location, message, rules }) => ({ way, location, message, rules }))
  const own = proxied.stations.filter(
    ({ way, state }) => (state === 'passed' && (way === 'out' || proxied.end !== 'refused')) || state === 'dead',
  )
  const marks = [...out, ...own.map(({ way, location, message, rules }) => ({ way, location, message, rules }))]
  const end = proxied.end === 'refused' ? 'no-listener' : proxied.end
  const whole = buildTrace(trace.flow, trace.by, marks, {
    end,
    summary: message(proxied.summary),
    ...(terminatingRule && { terminatingRule }),
  })
  return { ...whole, at }
}
