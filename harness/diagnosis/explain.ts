import type { Cause, Present } from '../cause/cause.ts'
import type { Symptom } from '../cause/symptom.ts'
import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { smallestCovers } from './cover.ts'

/** A cause that is present. */
export interface Named {
  cause: Cause
  detection: Present
  /** `active`: it is needed to explain a symptom; `latent`: other causes explain all symptoms without it. */
  state: 'active' | 'latent'
}

export interface Explanation {
  named: Named[]
  /** The active causes that explain a symptom. */
  explainersOf: (symptom: Symptom) => string[]
  /** Sets of causes that explain the same symptoms: nothing on the host decides between them. */
  ambiguous: string[][]
  /** Causes that are absent, and what rules them out. */
  ruledOut: { cause: string; found: string }[]
  /** Causes that could not be judged, and why. */
  notChecked: { cause: string; why: string }[]
}

/**
 * Names the causes that are present. Active are those in the smallest set that explains every explicable symptom.
 */
export function explain(symptoms: readonly Symptom[], facts: Facts, causes: readonly Cause[]): Explanation {
  const answers = causes.map((cause) => ({ cause, detection: cause.detect(facts) }))
  const there = answers.flatMap(({ cause, detection }) =>
    detection.answer === 'present' ? [{ cause, detection }] : [],
  )
  const explainersOf = oncePer((symptom: Symptom) =>
    there.filter(({ cause }) => cause.explains(symptom, facts)).map(({ cause }) => cause.id),
  )
  const covers = smallestCovers(symptoms.map(explainersOf))
  const active = new Set(covers.flat())
  return {
    named: there.map((each) => ({ ...each, state: active.has(each.cause.id) ? 'active' : 'latent' })),
    explainersOf: (symptom) => explainersOf(symptom).filter((id) => active.has(id)),
    ambiguous: covers.length > 1 ? covers : [],
    ruledOut: answers.flatMap(({ cause, detection }) =>
      detection.answer === 'absent' ? [{ cause: cause.id, found: detection.found }] : [],
    ),
    notChecked: answers.flatMap(({ cause, detection }) =>
      detection.answer === 'unknown' ? [{ cause: cause.id, why: detection.why }] : [],
    ),
  }
}
