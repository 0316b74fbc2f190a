import type { Examination } from '../diagnosis/examine.ts'
import type { Vector } from '../fix/classify.ts'

/**
 * Where the states of the named causes contradict the probes, as one sentence each. A cause is active only if something
 * fails. In the stage `broken`, where the fault has been triggered, one of them is, unless something is unexplained.
 */
export function wrongStates(
  stage: string,
  { vector, examination }: { vector: Vector; examination: Pick<Examination, 'findings' | 'unexplained'> },
  healthy: Vector,
): string[] {
  const { findings, unexplained } = examination
  const active = findings.filter(({ state }) => state === 'active')
  const fails = Object.keys(healthy).some((name) => vector[name] !== healthy[name])
  if (!fails)
    return active.map(({ cause }) => `diagnosis: ${cause} is called active, but every probe is as on the healthy host`)
  const isIdle = stage === 'broken' && findings.length > 0 && active.length === 0 && unexplained.length === 0
  return isIdle ? [`diagnosis: ${findings[0]!.cause} is called latent, but probes fail and nothing is unexplained`] : []
}
