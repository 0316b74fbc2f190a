import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import { buildTrace } from './build.ts'
import { traceByPackets } from './by-packets.ts'
import { flowTo, type Target } from './flow.ts'
import type { Flow, Trace } from './trace.ts'

/** Follows a packet from a container to a target on a living host; where no such container runs, that is the answer. */
export async function trace(host: Pick<Host, 'exec'>, target: Target, facts: Facts): Promise<Trace> {
  const flow = flowTo(target, facts)
  return typeof flow === 'string' ? nowhere(target, flow) : traceByPackets(host, flow, facts)
}

/** The trace of a packet that nobody can send. */
export function nowhere({ container = '', ...target }: Target, why: string): Trace {
  const flow: Flow = { container, network: '', bridge: '', source: '', ...target }
  const marks = [{ way: 'out' as const, place: 'container' as const, says: why }]
  return buildTrace(flow, 'rules', marks, { end: 'no-container', summary: why })
}
