import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import { familyOf } from '../lib/ip.ts'
import { flowsOf } from '../simulate/flows.ts'
import type { Flow as SimulatedFlow } from '../simulate/index.ts'
import { readIntent } from '../simulate/intent.ts'
import type { Target } from './flow.ts'
import { type Flow, isDead, type Trace } from './trace.ts'

/** A sender outside the host: the path of its network namespace, and the path of a large file on its server. */
export interface Outside {
  namespace: string
  path: string
}

// The tracer can follow the packets of this many connections without losing any.
const most = 80
const mostPublished = 12
const mostServices = 2

/**
 * The flows that real packets can test. From one container of each network: TCP to a target outside with small and
 * large answers, pings, name servers, a peer, other networks, the host's own services. Every published port: from the
 * host, and from a sender outside where there is one.
 */
export function everyFlow(facts: Facts, { address, port, protocol }: Target, outside?: Outside): Flow[] {
  const all = flowsOf(facts, readIntent(facts)).filter((flow) => familyOf(flow.address) === 4)
  const of = (kind: SimulatedFlow['kind']): SimulatedFlow[] => all.filter((flow) => flow.kind === kind)
  const egress = of('egress').filter((flow) => flow.protocol === 'tcp' && flow.size === 'small')
  const first = onePerNetwork(egress)
  const large = [80, 443].includes(port) && protocol === 'tcp' ? onePerNetwork(all.filter(isLarge)) : []
  const pings = first.flatMap((flow) =>
    (['small', 'full'] as const).map((size) => ({
      ...flow,
      address,
      port: 0,
      protocol: 'icmp' as const,
      size,
      ought: 'unknown' as const,
      title: `${flow.container} on ${flow.network} to the outside, ${size === 'full' ? 'large packets' : 'ping'}`,
    })),
  )
  const published = of('published').flatMap((flow) => (flow.from.at === 'host' || outside ? [flow] : []))
  const flows = [
    ...first.map((flow) => ({ ...flow, address, port, protocol })),
    ...groupBy(of('names'), (flow) => `${flow.network} ${flow.address} ${flow.from.at}`).map(([flow]) => flow!),
    ...groupBy(published, ({ container, port: own }) => `${container} ${own}`)
      .slice(0, mostPublished)
      .flat(),
    ...onePerNetwork(of('peer')),
    ...large.map((flow) => ({ ...flow, address, port })),
    ...pings,
    ...groupBy(of('host-service'), ({ network }) => network).flatMap((group) => group.slice(0, mostServices)),
    ...of('isolation'),
  ]
  return flows.slice(0, most)
}

const isLarge = ({ kind, protocol, size }: SimulatedFlow): boolean =>
  kind === 'egress' && protocol === 'tcp' && size === 'full'

const onePerNetwork = (flows: readonly SimulatedFlow[]): SimulatedFlow[] =>
  groupBy(flows, ({ network }) => network).map(([flow]) => flow!)

/**
 * Compares large packets with small ones. A large ping without an answer, where a small one is answered and no error
 * comes, is lost in a link that is too narrow. Drops what proves nothing: pings need not pass, and a server's answer
 * may be short.
 */
export function withoutIdle(traces: readonly Trace[]): Trace[] {
  const isPing = ({ flow }: Trace): boolean => flow.kind === 'egress' && flow.protocol === 'icmp'
  const answered = new Set(
    traces.flatMap((trace) =>
      isPing(trace) && trace.flow.size !== 'full' && trace.end === 'answered' ? [trace.flow.container] : [],
    ),
  )
  return traces.flatMap((trace) => {
    const { flow, end } = trace
    if (!isPing(trace)) return flow.size === 'full' && end === 'unclear' ? [] : [trace]
    if (flow.size !== 'full' || !isDead(trace) || !answered.has(flow.container)) return []
    const meant = { ...trace, flow: { ...flow, ought: 'pass' as const } }
    if (end !== 'no-answer') return [meant]
    const summary = `large packets are lost beyond the host without an error: small ones to ${flow.address} are answered`
    return [{ ...meant, end: 'too-large', summary }]
  })
}
