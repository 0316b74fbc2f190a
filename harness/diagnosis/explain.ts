import type { Cause, Present } from '../cause/cause.ts'
import type { Symptom } from '../cause/symptom.ts'
import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { smallestCovers } from './cover.ts'

/** A cause that is there. */
export interface Named {
  cause: Cause
  detection: Present
  /** `active`: something fails of it; `latent`: nothing does that another cause does not explain as well. */
  state: 'active' | 'latent'
}

export interface Explanation {
  named: Named[]
  /** The active causes that explain a symptom. */
  explainersOf: (symptom: Symptom) => string[]
  /** Sets of causes of which each explains the same as the others: nothing on the host decides between them. */
  ambiguous: string[][]
  /** What causes that are not there found well. */
  ruledOut: { cause: string; found: string }[]
  /** Causes that could not be judged, and why. */
  notChecked: { cause: string; why: string }[]
}

/**
 * Names the causes of a host: those that are there, and of them as active the smallest set that explains every symptom
 * which any of them explains.
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
