import type { Agent, Ending } from '../../simulate/kernel/agent.ts'
import { baseChanges } from '../../simulate/kernel/base-host.ts'
import { dockerRules } from '../../simulate/kernel/docker-rules.ts'
import type { Change, HostSpec, KernelFlow } from '../../simulate/kernel/host-spec.ts'
import { RealHost } from '../../simulate/kernel/real-host.ts'

/** What the kernel itself says of the deaths on a host: which of its changes each of them hangs on. */
export interface Truth {
  /** The changes without which the flow is answered, or any of which kills it alone; in the base's order. */
  culprits: Change[]
  /** Without any change it is dead as well: what the base does. */
  byBase: boolean
}

// What is dead is asked twice, with longer patience: the machine may be busy.
const patience = { first: 300, second: 1200 }

/** How real packets of these flows end, those that seem dead sent again. */
export async function endingsOf(host: RealHost, flows: readonly KernelFlow[]): Promise<Ending[]> {
  const endings = await host.send(flows, patience.first)
  const silent = flows.filter((_, index) => endings[index] !== 'answered')
  if (silent.length === 0) return endings
  const again = await host.send(silent, patience.second)
  return flows.map((flow, index) => (endings[index] === 'answered' ? 'answered' : again[silent.indexOf(flow)]!))
}

/**
 * For each of these dead flows the changes that it hangs on, found by real packets on the same host without one of the
 * changes, and with one alone.
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

/** All that the base itself does to packets: its rules, links and settings. */
export const baseOf = ({ base }: Pick<HostSpec, 'base'>): Change[] => [...baseChanges(base), ...dockerRules(base)]
