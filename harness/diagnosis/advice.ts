import type { Cause, Procedure } from '../cause/cause.ts'
import { restartBlocker } from '../cause/restart.ts'
import type { Facts } from '../evidence/facts.ts'

/** What to do about a cause on this host, with the host's own names in the steps. */
export interface Advice {
  remedies: { name: string; title: string; cost: string; steps: readonly string[]; reboots: boolean }[]
  /** Remedies that do not help yet, and what is in their way. */
  deferred: { name: string; title: string; why: string }[]
  nonFixes: { name: string; title: string; why: string }[]
}

/** The advice on a cause for one host. A remedy that restarts dockerd is deferred where dockerd would not start again. */
export function adviceOn({ remedies, temptations }: Cause, facts: Facts): Advice {
  const fits = ({ when }: Procedure): boolean => when?.(facts) ?? true
  const blocker = restartBlocker(facts)
  const offered = Object.entries(remedies).filter(([, remedy]) => fits(remedy))
  const isBlocked = (restartsDocker: boolean | undefined): boolean => blocker !== undefined && restartsDocker === true
  return {
    remedies: offered
      .filter(([, { restartsDocker }]) => !isBlocked(restartsDocker))
      .map(([name, { title, cost, steps, reboots }]) => ({
        name,
        title,
        cost,
        steps: steps(facts),
        reboots: reboots ?? false,
      })),
    deferred: offered
      .filter(([, { restartsDocker }]) => isBlocked(restartsDocker))
      .map(([name, { title }]) => ({ name, title, why: `dockerd would not start again: ${blocker}` })),
    nonFixes: Object.entries(temptations)
      .filter(([, temptation]) => fits(temptation))
      .map(([name, { title, why }]) => ({ name, title, why })),
  }
}
