import type { Walk } from '../../simulate/index.ts'
import type { Agent, Ending } from '../../simulate/kernel/agent.ts'
import { titleOf } from '../../simulate/kernel/flows.ts'
import type { HostSpec, KernelFlow } from '../../simulate/kernel/host-spec.ts'
import { asFlow, factsOf } from '../../simulate/kernel/simulated.ts'
import { readTraces } from '../by-packets.ts'
import { walksOf } from '../by-rules.ts'
import type { Trace } from '../trace.ts'
import { judge, type Verdict } from './judge.ts'
import { type Recording, record } from './recording.ts'
import type { Truth } from './truth.ts'

/** One flow of a host: what the tracer says of it, and what the kernel does. */
export interface Held extends Verdict {
  title: string
  flow: KernelFlow
  kernel: Ending
  trace: Trace
  walk: Walk
  truth?: Truth
}

/** What may be planted in a trace: an error that the comparison has to find. */
export type Twist = (trace: Trace) => Trace

/** Makes a host, follows all its flows, and holds each trace against real packets. */
export const hold = async (agent: Agent, spec: HostSpec, twist?: Twist): Promise<Held[]> =>
  holdRecording(await record(agent, spec), twist)

/** Holds the traces of a recorded host against what the kernel did there. */
export function holdRecording(recording: Recording, twist: Twist = (trace) => trace): Held[] {
  const { spec, flows, bundle, packets, outside, endings, truths, restless } = recording
  const facts = factsOf(bundle, spec.base)
  const own = flows.map(asFlow)
  const walks = walksOf(own, facts, true)
  const traces = readTraces(packets, own, facts, { outside, isExact: true })
  return flows.map((flow, index) => {
    const known = truths[index]
    const truth = known && { byBase: known.byBase, culprits: known.culprits.map((each) => spec.changes[each]!) }
    const [trace, walk, kernel] = [twist(traces[index]!), walks[index]!, endings[index]!]
    const verdict: Verdict = restless.includes(index)
      ? { is: 'restless', why: 'answered at first, and not any more when it is sent again' }
      : judge(trace, kernel, truth ?? undefined, walk, spec)
    return { ...verdict, title: titleOf(flow), flow, kernel, trace, walk, ...(truth && { truth }) }
  })
}
