import type { ProbeResult } from '../probes/probe.ts'
import type { Judgement } from './judge.ts'
import type { Wanted } from './scripts.ts'

/** The result of one script: one line of the command's output. */
export interface FieldLine extends Omit<Judgement, 'verdict'> {
  script: string
  wanted: Wanted
  /** `broken`: no host could be provisioned for it, or the host was lost. */
  verdict: Judgement['verdict'] | 'broken'
  /** Probes that a healthy host answers and this one does not. */
  probesDead: string[]
  /** Probes that a healthy host refuses and this one answers: isolation is open. */
  probesOpen: string[]
  /** A script of `sick` that no probe notices: it broke nothing, or nothing that a probe checks. */
  harmless?: true
  /** Why it is broken. */
  why?: string
  /** The script's own exit code; it need not be 0. */
  exitCode?: number
  ms: number
}

/** The probes whose outcome differs from a healthy host's: those that are dead, and those that are open. */
export function deviations(
  healthy: ReadonlyMap<string, 'pass' | 'fail'>,
  seen: readonly ProbeResult[],
): { probesDead: string[]; probesOpen: string[] } {
  const names = (wanted: 'pass' | 'fail'): string[] =>
    seen.filter(({ name, outcome }) => healthy.get(name) === wanted && outcome !== wanted).map(({ name }) => name)
  return { probesDead: names('pass'), probesOpen: names('fail') }
}

/** Whether the diagnosis is the opposite of the truth: it calls a sick host healthy, or a healthy one sick. */
export const isWrong = ({ wanted, verdict }: Pick<FieldLine, 'wanted' | 'verdict'>): boolean =>
  verdict === 'crashed' || (wanted === 'sick' ? verdict === 'healthy' : verdict === 'sick')
