import type { Cause, Procedure, Remedy } from '../cause/cause.ts'
import { restartBlockers } from '../cause/restart.ts'
import { oddNameIn } from '../cause/shell-names.ts'
import type { Facts } from '../evidence/facts.ts'

/** What to do about a cause on this host, with the host's own names in the steps. */
export interface Advice {
  remedies: { name: string; title: string; cost: string; steps: readonly string[]; reboots: boolean }[]
  /** Remedies that do not help yet, and what is in their way. */
  deferred: { name: string; title: string; why: string }[]
  nonFixes: { name: string; title: string; why: string }[]
}

/**
 * The advice on a cause for one host. A remedy that restarts dockerd is deferred where something is in the way of that,
 * and any where a shell would take a name of the host's in its steps for a command.
 */
export function adviceOn({ remedies, temptations }: Cause, facts: Facts): Advice {
  const fits = ({ when }: Procedure): boolean => when?.(facts) ?? true
  const blockers = restartBlockers(facts)
  const blockerOf = ({
    restartsDocker,
    removes,
    steps,
  }: Pick<Remedy, 'restartsDocker' | 'removes'> & { steps: readonly string[] }): string | undefined => {
    const odd = oddNameIn(steps, facts)
    if (odd !== undefined) return `a shell would take the name “${odd}” on this host for a command: rename that first`
    return restartsDocker ? blockers.find(({ kind }) => kind !== removes)?.why : undefined
  }
  const offered = Object.entries(remedies)
    .filter(([, remedy]) => fits(remedy))
    .map(([name, remedy]) => [name, { ...remedy, steps: remedy.steps(facts) }] as const)
  return {
    remedies: offered
      .filter(([, remedy]) => blockerOf(remedy) === undefined)
      .map(([name, { title, cost, steps, reboots }]) => ({
        name,
        title,
        cost,
        steps,
        reboots: reboots ?? false,
      })),
    deferred: offered.flatMap(([name, remedy]) => {
      const why = blockerOf(remedy)
      return why === undefined ? [] : [{ name, title: remedy.title, why }]
    }),
    nonFixes: Object.entries(temptations)
      .filter(([, temptation]) => fits(temptation))
      .map(([name, { title, why }]) => ({ name, title, why })),
  }
}
