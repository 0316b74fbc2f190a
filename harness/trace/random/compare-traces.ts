import type { Walk } from '../../simulate/index.ts'
import type { Ending } from '../../simulate/kernel/agent.ts'
import { titleOf } from '../../simulate/kernel/flows.ts'
import type { KernelFlow } from '../../simulate/kernel/host-spec.ts'
import { asFlow, factsOf } from '../../simulate/kernel/simulated.ts'
import { walksOf } from '../by-rules.ts'
import { readTraces } from '../read-traces.ts'
import type { Trace } from '../trace.ts'
import { judge, type Verdict } from './judge.ts'
import type { Recording } from './recording.ts'
import type { Truth } from './truth.ts'

/** One flow of a host: the tracer's answer, and the kernel's. */
export interface Comparison extends Verdict {
  title: string
  flow: KernelFlow
  kernel: Ending
  trace: Trace
  walk: Walk
  truth?: Truth
}

/** An error planted in a trace, which the comparison has to find. */
export type Mutation = (trace: Trace) => Trace

/** Compares the traces of a recorded host with what the kernel did there. */
export function compareRecording(recording: Recording, mutation: Mutation = (trace) => trace): Comparison[] {
  const { spec, flows, bundle, packets, outside, endings, truths, restless } = recording
  const facts = factsOf(bundle, spec.base)
  const own = flows.map(asFlow)
  const walks = walksOf(own, facts, true)
  const traces = readTraces(packets, own, facts, { outside, isExact: true })
  return flows.map((flow, index) => {
    const known = truths[index]
    const truth = known && { byBase: known.byBase, culprits: known.culprits.map((each) => spec.changes[each]!) }
    const [trace, walk, kernel] = [mutation(traces[index]!), walks[index]!, endings[index]!]
    const verdict: Verdict = restless.includes(index)
      ? { is: 'restless', why: 'answered at first, but not when sent again' }
      : judge(trace, kernel, truth ?? undefined, walk, spec)
    return { ...verdict, title: titleOf(flow), flow, kernel, trace, walk, ...(truth && { truth }) }
  })
}
