import type { Combination, Space } from './implicants.ts'

/** Every combination of the values. */
export const allCombinations = (space: Space): Combination[] =>
  Object.entries(space).reduce<Combination[]>(
    (all, [variable, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [variable]: value }))),
    [{}],
  )

/** A combination as one word, the same for equal ones. */
export const wordOf = (combination: Combination): string =>
  Object.entries(combination)
    .map(([variable, value]) => `${variable}=${value}`)
    .join('+')

/**
 * Few combinations in which each two values of two variables occur together. `start` is the first of them. The same space
 * gives the same combinations.
 */
export function pairwise(space: Space, start: Combination): Combination[] {
  const candidates = allCombinations(space)
  const left = new Set(candidates.flatMap(pairsIn))
  const chosen: Combination[] = []
  for (let next: Combination | undefined = start; next; ) {
    chosen.push(next)
    for (const pair of pairsIn(next)) left.delete(pair)
    // The first of those that add most.
    let most = 0
    next = undefined
    for (const each of left.size > 0 ? candidates : []) {
      const adds = pairsIn(each).filter((pair) => left.has(pair)).length
      if (adds > most) [most, next] = [adds, each]
    }
  }
  return chosen
}

/** The pairs of values in a combination; a single value, where there is only one variable. */
export function pairsIn(combination: Combination): string[] {
  const words = Object.entries(combination).map(([variable, value]) => `${variable}=${value}`)
  if (words.length < 2) return words
  return words.flatMap((one, index) => words.slice(index + 1).map((other) => `${one}+${other}`))
}

/** The combinations that differ from one in a single variable. */
export const neighbours = (of: Combination, space: Space): Combination[] =>
  Object.entries(space).flatMap(([variable, values]) =>
    values.filter((value) => value !== of[variable]).map((value) => ({ ...of, [variable]: value })),
  )
