import type { ProbeResult } from '../probes/probe.ts'
import type { Judgement } from './judge.ts'
import type { Wanted } from './scripts.ts'

/** What came of one script: one line of the command's output. */
export interface FieldLine extends Omit<Judgement, 'verdict'> {
  script: string
  wanted: Wanted
  /** `broken`: no host could be made for it, or the host was lost. */
  verdict: Judgement['verdict'] | 'broken'
  /** Probes that a healthy host answers and this one does not. */
  probesDead: string[]
  /** Probes that a healthy host refuses and this one answers: isolation is open. */
  probesOpen: string[]
  /** A script of `sick` that no probe notices: it did nothing, or what is dead is asked by none. */
  harmless?: true
  /** Why it is broken. */
  why?: string
  /** Of the script alone; other than 0 is allowed. */
  exitCode?: number
  ms: number
}

/** The probes that a host answers otherwise than a healthy one: first those that are dead, then those that are open. */
export function deviations(
  healthy: ReadonlyMap<string, 'pass' | 'fail'>,
  seen: readonly ProbeResult[],
): { probesDead: string[]; probesOpen: string[] } {
  const names = (wanted: 'pass' | 'fail'): string[] =>
    seen.filter(({ name, outcome }) => healthy.get(name) === wanted && outcome !== wanted).map(({ name }) => name)
  return { probesDead: names('pass'), probesOpen: names('fail') }
}

/** Whether the diagnosis is the opposite of the truth: a sick host called healthy, or a well one sick. */
export const isWrong = ({ wanted, verdict }: Pick<FieldLine, 'wanted' | 'verdict'>): boolean =>
  verdict === 'crashed' || (wanted === 'sick' ? verdict === 'healthy' : verdict === 'sick')
