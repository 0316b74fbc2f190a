import { messageOf } from '../../lib/errors.ts'
import type { Walk } from '../flow.ts'
import type { Agent, Ending } from './agent.ts'
import { evidenceOf } from './evidence.ts'
import { titleOf } from './flows.ts'
import type { HostSpec, KernelFlow } from './host-spec.ts'
import { type Patience, patience, RealHost } from './real-host.ts'
import { simulated } from './simulated.ts'

export interface Contradiction {
  flow: KernelFlow
  title: string
  kernel: Ending
  /** The simulation's end; `crash` where it threw. */
  end: Walk['end'] | 'crash'
  /** The simulated drop, or the error. */
  message: string
}

/** One host: the simulation of each flow, compared with the kernel. */
export interface Comparison {
  passes: number
  dies: number
  unclear: { title: string; doubts: string[] }[]
  contradictions: Contradiction[]
  /** Flows that agreed only when they were sent again: the machine was busy, or one flow helped another. */
  late: number
  bundle: string
  complaints: string
  walks: Walk[]
  endings: Ending[]
}

/** How to observe a host. `whole`: by the collector itself, not only by its sections. */
interface Mode {
  wait?: Patience
  whole?: boolean
}

/** Makes the host, collects its evidence, sends its flows and compares. A contradiction has to show twice. */
export async function compare(
  agent: Agent,
  spec: HostSpec,
  { wait = patience, whole = false }: Mode = {},
): Promise<Comparison> {
  await using host = await RealHost.make(agent, spec)
  const { flows } = host
  const collect = (): Promise<string> => evidenceOf(host, spec.base.ipv6, whole)
  const before = spec.collect === 'before' ? await collect() : ''
  const endings = await host.send(flows, wait.first)
  const bundle = before || (await collect())
  const base = { bundle, complaints: host.complaints, endings }
  let walks: Walk[]
  try {
    walks = simulated(bundle, spec.base, flows)
  } catch (error) {
    const crash: Contradiction = {
      flow: flows[0]!,
      title: 'all',
      kernel: endings[0]!,
      end: 'crash',
      message: (error as Error).stack ?? messageOf(error),
    }
    return { ...base, passes: 0, dies: 0, unclear: [], contradictions: [crash], late: 0, walks: [] }
  }
  const doubtful = flows.map((_, index) => index).filter((index) => contradicts(walks[index]!, endings[index]!))
  const again =
    doubtful.length === 0
      ? []
      : await host.send(
          doubtful.map((index) => flows[index]!),
          wait.second,
        )
  const standing = doubtful.filter((index, nth) => contradicts(walks[index]!, again[nth]!))
  const agreed = flows.map((_, index) => index).filter((index) => !standing.includes(index))
  const of = (end: Walk['end']): number[] => agreed.filter((index) => walks[index]!.end === end)
  return {
    ...base,
    walks,
    passes: of('passes').length,
    dies: of('dies').length,
    unclear: of('unclear').map((index) => ({
      title: titleOf(flows[index]!),
      doubts: walks[index]!.doubts.map(({ message }) => message),
    })),
    contradictions: standing.map((index) => contradiction(flows[index]!, walks[index]!, endings[index]!)),
    late: doubtful.length - standing.length,
  }
}

/** Whether the simulation and the kernel differ on one flow; `unclear` contradicts nothing. */
export const contradicts = ({ end }: Walk, ending: Ending): boolean =>
  end === 'passes' ? ending !== 'answered' : end === 'dies' && ending === 'answered'

function contradiction(flow: KernelFlow, { end, drop }: Walk, kernel: Ending): Contradiction {
  const message = drop
    ? `${drop.way} at ${drop.location}: ${drop.message}${drop.rule ? ` [${drop.rule.rule}]` : ''}`
    : ''
  return { flow, title: titleOf(flow), kernel, end, message }
}

/**
 * Whether a contradiction shows again on a new host that carries no other flow: among many flows, one may resolve a
 * neighbour for another.
 */
export async function standsAlone(
  agent: Agent,
  spec: HostSpec,
  { flow, end }: Contradiction,
  wait: Patience = patience,
): Promise<boolean> {
  if (end === 'crash') return true
  await using host = await RealHost.make(agent, spec)
  const [ending] = await host.send([flow], wait.second)
  return (end === 'passes') !== (ending === 'answered')
}
