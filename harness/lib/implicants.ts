/** A choice of a value for each variable. */
export type Combination = Readonly<Record<string, string>>
/** The values of each variable. */
export type Space = Readonly<Record<string, readonly string[]>>
/** Allowed values of some variables. A variable that it leaves out may have any value. */
export type ConditionSet = Readonly<Record<string, readonly string[]>>

/** Whether a combination meets a set of conditions. */
export const meets = (combination: Combination, conditions: ConditionSet): boolean =>
  Object.entries(conditions).every(([variable, values]) => values.includes(combination[variable]!))

/** An excluded value of a variable. */
type Excluded = readonly [variable: string, value: string]

/**
 * The prime implicants that cover `from`, in the sense of Quine and McCluskey, with variables of several values: the sets
 * of conditions that it meets, that no combination of `off` meets, and from which no condition can be left out or
 * widened. What was not observed may be in or out.
 */
export function primesOf(from: Combination, off: readonly Combination[], space: Space): ConditionSet[] {
  // Each combination of `off` has to be kept out by one of the values in which it differs: hitting sets.
  let sets: Excluded[][] = [[]]
  for (const other of off) {
    const ways = Object.entries(other).filter(([variable, value]) => from[variable] !== value)
    if (ways.length === 0) return []
    const keeps = (set: readonly Excluded[]): boolean => set.some(([variable, value]) => other[variable] === value)
    const wider = sets.filter((set) => !keeps(set)).flatMap((set) => ways.map((way): Excluded[] => [...set, way]))
    sets = minimal([...sets.filter(keeps), ...wider])
  }
  return sets.map((set) => conditionsOf(set, space))
}

function conditionsOf(excluded: readonly Excluded[], space: Space): ConditionSet {
  const variables = Object.keys(space).filter((variable) => excluded.some(([name]) => name === variable))
  return Object.fromEntries(
    variables.map((variable) => [
      variable,
      space[variable]!.filter((value) => !excluded.some(([name, out]) => name === variable && out === value)),
    ]),
  )
}

/** The sets that contain no other one, each once. */
function minimal(sets: readonly (readonly Excluded[])[]): Excluded[][] {
  const keys = new Map(
    sets.map((set) => [
      set
        .map((way) => way.join('='))
        .sort()
        .join(' '),
      set,
    ]),
  )
  const all = [...keys].map(([key, set]) => ({ words: new Set(key.split(' ')), set }))
  return all
    .filter(
      ({ words, set }) =>
        !all.some(
          (each) =>
            each.set !== set && [...each.words].every((word) => words.has(word)) && each.words.size < words.size,
        ),
    )
    .map(({ set }) => [...set])
}

/** The fewest sets of conditions, and of these the shortest, that cover all of `on` and none of `off`. */
export interface Cover {
  sets: ConditionSet[]
  /** No other cover is as small: what was not observed leaves no choice. */
  unique: boolean
}

// A cover is found at the first try, and the smallest soon. What takes longer than this has no short answer.
const mostSteps = 20_000

/**
 * The smallest cover of `on`. Without `off` it is one empty set: the same everywhere. Where the search takes too long, the
 * smallest that was found, which is then not called unique.
 */
export function smallestCover(on: readonly Combination[], off: readonly Combination[], space: Space): Cover {
  const primes = on.map((each) => primesOf(each, off, space).toSorted((a, b) => costOf([a]) - costOf([b])))
  const covered = new Map(
    primes.flat().map((prime) => [prime, on.flatMap((each, at) => (meets(each, prime) ? [at] : []))]),
  )
  const widest = Math.max(1, ...[...covered.values()].map(({ length }) => length))
  // The combination with the fewest ways first, and its widest set.
  const order = on.map((_, at) => at).toSorted((a, b) => primes[a]!.length - primes[b]!.length)
  let best: ConditionSet[] = []
  let least = Number.POSITIVE_INFINITY
  let steps = 0
  // The covers of the least cost.
  const found = new Set<string>()
  const search = (sets: readonly ConditionSet[], left: readonly number[]): void => {
    const cost = costOf(sets)
    // Each further set covers at most `widest` of what is left.
    if (cost + Math.ceil(left.length / widest) * costOf([{}]) > least || steps++ > mostSteps) return
    if (left.length === 0) {
      if (cost < least) found.clear()
      found.add(wordsOf(sets))
      best = cost < least ? [...sets] : best
      least = cost
      return
    }
    for (const prime of primes[left[0]!]!) {
      const now = new Set(covered.get(prime))
      search(
        [...sets, prime],
        left.filter((at) => !now.has(at)),
      )
    }
  }
  search([], order)
  return { sets: best, unique: found.size <= 1 && steps <= mostSteps }
}

const wordsOf = (sets: readonly ConditionSet[]): string =>
  sets
    .map((set) => JSON.stringify(set))
    .sort()
    .join()

// A set more weighs more than any number of conditions.
const costOf = (sets: readonly ConditionSet[]): number =>
  sets.reduce((sum, set) => sum + 1000 + Object.keys(set).length, 0)
