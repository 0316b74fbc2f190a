import type { Walk } from '../../simulate/index.ts'
import type { Agent, Ending } from '../../simulate/kernel/agent.ts'
import { evidenceOf } from '../../simulate/kernel/evidence.ts'
import { titleOf } from '../../simulate/kernel/flows.ts'
import type { HostSpec, KernelFlow } from '../../simulate/kernel/host-spec.ts'
import { RealHost } from '../../simulate/kernel/real-host.ts'
import { asFlow, factsOf } from '../../simulate/kernel/simulated.ts'
import { traceByPackets } from '../by-packets.ts'
import { walksOf } from '../by-rules.ts'
import type { Trace } from '../trace.ts'
import { judge, type Verdict } from './judge.ts'
import { endingsOf, type Truth, truthOf } from './truth.ts'

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

/** Makes a host, follows all its flows by the tracer's own script, and holds each trace against real packets. */
export async function hold(agent: Agent, spec: HostSpec, twist: Twist = (trace) => trace): Promise<Held[]> {
  const seen = await observe(agent, spec)
  const { flows, traces, walks, endings } = seen
  const dead = flows.filter((_, index) => endings[index] !== 'answered')
  const gone = flows.filter((_, index) => traces[index]!.end === 'answered' && endings[index] !== 'answered')
  const restless = new Set(gone.length > 0 ? await answeredAnew(agent, spec, gone) : [])
  const truths = dead.length > 0 ? await truthOf(agent, spec, dead) : []
  return flows.map((flow, index) => {
    const trace = twist(traces[index]!)
    const kernel = endings[index]!
    const truth = truths[dead.indexOf(flow)]
    const verdict: Verdict = restless.has(flow)
      ? { is: 'restless', why: 'answered at first, and not any more when it is sent again' }
      : judge(trace, kernel, truth, walks[index]!, spec)
    return { ...verdict, title: titleOf(flow), flow, kernel, trace, walk: walks[index]!, ...(truth && { truth }) }
  })
}

/** Flows that are answered on a new host of this kind: what has gone before made the difference. */
async function answeredAnew(agent: Agent, spec: HostSpec, flows: readonly KernelFlow[]): Promise<KernelFlow[]> {
  await using host = await RealHost.make(agent, spec)
  const endings = await endingsOf(host, flows)
  return flows.filter((_, index) => endings[index] === 'answered')
}

async function observe(agent: Agent, spec: HostSpec) {
  await using host = await RealHost.make(agent, spec)
  const flows = host.flows.filter(isFollowed)
  const facts = factsOf(await evidenceOf(host, spec.base.ipv6, false), spec.base)
  const own = flows.map(asFlow)
  const shell = {
    exec: async (script: string) => ({ code: 0, stdout: await host.attend(script), stderr: '', durationMs: 0 }),
  }
  const outside = (await host.collect('echo "$outside"')).trim()
  const traces = await traceByPackets(shell, own, facts, { outside, isExact: true, patience: 1 })
  const endings = await endingsOf(host, flows)
  return { flows, traces, walks: walksOf(own, facts, true), endings }
}

// The tracer knows IPv4, and small packets.
const isFollowed = ({ address, size }: KernelFlow): boolean => !address.includes(':') && size === 'small'
