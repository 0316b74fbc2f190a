import { allCombinations, neighbours, wordOf } from '../lib/combinations.ts'
import { type Combination, type ConditionSet, meets, type Space } from '../lib/implicants.ts'
import type { SweepResult } from './sweep.ts'

/**
 * The combinations to run next, around what differs. For each set of conditions: one by one without each of its
 * conditions, from a combination that it explains; and such in which all else is different. None where each set has been
 * tried in this way: then no other set explains that combination as well.
 */
export function nextCombinations({ symptoms, ran, broken }: SweepResult, space: Space): Combination[] {
  const known = new Set([...ran, ...broken.map(({ combination }) => combination)].map(wordOf))
  const isNew = (each: Combination): boolean => !known.has(wordOf(each))
  const all = allCombinations(space)
  const wanted = new Map<string, Combination>()
  for (const { sets, failing, passing } of symptoms)
    for (const set of passing.length > 0 ? sets : []) {
      // What another set explains as well shows nothing of this one.
      const only = all.filter((each) => sets.every((other) => meets(each, other) === (other === set)))
      const explained = failing.filter((each) => meets(each, set))
      const alone = explained.filter((each) => only.some((other) => wordOf(other) === wordOf(each)))
      const missing = (each: Combination): Combination[] => without(each, set, space).filter(isNew)
      // The one around which most has run.
      const [witness] = (alone.length > 0 ? alone : explained).toSorted((a, b) => missing(a).length - missing(b).length)
      if (!witness) continue
      const next = [...missing(witness), ...different(witness, only, isNew)]
      for (const each of next) wanted.set(wordOf(each), each)
    }
  return [...wanted.values()]
}

/** The neighbours that do not meet one of the conditions. */
const without = (from: Combination, set: ConditionSet, space: Space): Combination[] =>
  neighbours(from, space).filter((each) => !meets(each, set))

/**
 * One of `among` that is different in most of the variables in which none that ran is different yet; none where each has
 * been tried.
 */
function different(
  from: Combination,
  among: readonly Combination[],
  isNew: (each: Combination) => boolean,
): Combination[] {
  const ran = among.filter((each) => !isNew(each))
  const open = Object.keys(from).filter((name) => ran.every((each) => each[name] === from[name]))
  const changes = (each: Combination): number => open.filter((name) => each[name] !== from[name]).length
  const [best] = among.filter(isNew).toSorted((a, b) => changes(b) - changes(a))
  return best && changes(best) > 0 ? [best] : []
}
