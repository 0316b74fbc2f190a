import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import { everyFlow, type Outside, withoutIdle } from './all-flows.ts'
import { buildTrace } from './build.ts'
import { traceByPackets } from './by-packets.ts'
import { flowTo, type Target } from './flow.ts'
import type { Flow, Trace } from './trace.ts'

/**
 * Follows a packet on a live host from a container to a target; where no such container runs, the trace reports that.
 */
export async function trace(host: Pick<Host, 'exec'>, target: Target, facts: Facts): Promise<Trace> {
  const flow = flowTo(target, facts)
  if (typeof flow === 'string') return nowhere(target, flow)
  const [followed] = await traceByPackets(host, [flow], facts)
  return followed!
}

/**
 * Follows every flow of a live host at once; flows to the outside go to this target. With a sender outside, also flows
 * from there. Empty where no container runs, or where dockerd lists none.
 */
export async function traceAll(
  host: Pick<Host, 'exec'>,
  target: Target,
  facts: Facts,
  outside?: Outside,
): Promise<Trace[]> {
  const flows = everyFlow(facts, target, outside)
  if (flows.length === 0) return []
  return withoutIdle(
    await traceByPackets(host, flows, facts, outside ? { outside: outside.namespace, path: outside.path } : {}),
  )
}

/** The trace of a packet that cannot be sent. */
export function nowhere({ container = '', ...target }: Target, why: string): Trace {
  const flow: Flow = { container, network: '', bridge: '', source: '', ...target }
  const marks = [{ way: 'out' as const, location: 'container' as const, message: why }]
  return buildTrace(flow, 'rules', marks, { end: 'no-container', summary: why })
}
