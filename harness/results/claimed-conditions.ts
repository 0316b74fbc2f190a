import { type Combination, type ConditionSet, meets } from '../lib/implicants.ts'
import type { ClaimedConditions, relations } from './load-claims.ts'
import type { SweepResult } from './sweep.ts'

export type Relation = (typeof relations)[number]

/** A write-up's conditions, judged by a sweep. */
export interface JudgedConditions {
  changes: string
  /** All conditions together, and whether that is what claims.yaml has. */
  together: Relation
  asWritten: boolean
  /** Each condition alone, by its variable. */
  each: Record<string, Relation>
}

/**
 * Judges conditions by a sweep of their scenario; undefined where it is of another one, or did not vary one of them.
 * Necessary: the symptom never came without them. Sufficient: it always came with them.
 */
export function judgeConditions(
  { scenario, changes, of, relation: written }: ClaimedConditions,
  result: SweepResult,
): JudgedConditions | undefined {
  const set = of as ConditionSet
  if (result.scenario !== scenario || Object.keys(set).some((name) => !(name in result.space))) return undefined
  const symptom = result.symptoms.find((each) => each.changes.includes(changes))
  const { failing, passing } = symptom ?? { failing: [], passing: result.ran }
  const relation = (conditions: ConditionSet): Relation => relationOf(conditions, failing, passing)
  const together = relation(set)
  return {
    changes,
    together,
    // Where a symptom did not come, the sweep shows nothing against what was written.
    asWritten: together === written || together === 'untested',
    each: Object.fromEntries(Object.entries(set).map(([name, values]) => [name, relation({ [name]: values })])),
  }
}

/** How conditions relate to where a symptom came and where it did not. */
export function relationOf(
  conditions: ConditionSet,
  failing: readonly Combination[],
  passing: readonly Combination[],
): Relation {
  const met = (each: Combination): boolean => meets(each, conditions)
  const all = [...failing, ...passing]
  if (failing.length === 0 || all.every(met) || !all.some(met)) return 'untested'
  const necessary = failing.every(met)
  const sufficient = !passing.some(met)
  if (necessary) return sufficient ? 'necessary and sufficient' : 'necessary'
  return sufficient ? 'sufficient' : 'neither'
}
