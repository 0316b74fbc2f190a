import type { Agent, Ending } from '../../simulate/kernel/agent.ts'
import { baseChanges } from '../../simulate/kernel/base-host.ts'
import { dockerRules } from '../../simulate/kernel/docker-rules.ts'
import type { Change, HostSpec, KernelFlow } from '../../simulate/kernel/host-spec.ts'
import { RealHost } from '../../simulate/kernel/real-host.ts'

/** The kernel's own answer: which of a host's changes a dead flow depends on. */
export interface Truth {
  /** The changes without which the flow is answered, or that drop it alone, in their order on the host. */
  culprits: Change[]
  /** The flow is dead even without changes: the base drops it. */
  byBase: boolean
}

// Dead flows are sent again with more patience, because the machine may be busy.
const patience = { first: 300, second: 1200 }

/** How real packets of these flows end; those that seem dead are sent again. */
export async function endingsOf(host: RealHost, flows: readonly KernelFlow[]): Promise<Ending[]> {
  const endings = await host.send(flows, patience.first)
  const silent = flows.filter((_, index) => endings[index] !== 'answered')
  if (silent.length === 0) return endings
  const again = await host.send(silent, patience.second)
  return flows.map((flow, index) => (endings[index] === 'answered' ? 'answered' : again[silent.indexOf(flow)]!))
}

/**
 * The changes that each of these dead flows depends on. Real packets find them, on the same host without one change,
 * and with only one change.
 */
export async function truthOf(
  agent: Agent,
  { base, ...spec }: HostSpec,
  dead: readonly KernelFlow[],
): Promise<Truth[]> {
  const { changes } = spec
  const all = changes.map((_, index) => index)
  const answeredWith = async (kept: readonly number[]): Promise<boolean[]> => {
    await using host = await RealHost.make(agent, { ...spec, base, changes: kept.map((index) => changes[index]!) })
    return (await endingsOf(host, dead)).map((ending) => ending === 'answered')
  }
  const bare = await answeredWith([])
  const without: boolean[][] = []
  const alone: boolean[][] = []
  for (const index of all) {
    without.push(await answeredWith(all.filter((other) => other !== index)))
    alone.push(await answeredWith([index]))
  }
  return dead.map((_, flow) => ({
    byBase: !bare[flow],
    culprits: changes.filter((_, index) => without[index]![flow] || (bare[flow] && !alone[index]![flow])),
  }))
}

/** Everything in the base that acts on packets: its rules, links and settings. */
export const baseOf = ({ base }: Pick<HostSpec, 'base'>): Change[] => [...baseChanges(base), ...dockerRules(base)]
