/** What was observed of a version: the value of each symptom. A symptom that it lacks is unknown there. */
export type Observed = Readonly<Record<string, string>>

/** What is known of each version, by its index. Of a version that cannot be observed, nothing: `{}`. */
export type Seen = ReadonlyMap<number, Observed>

/** A symptom that differs between two neighbours: no version between them can be observed. */
export interface Change {
  symptom: string
  before: number
  after: number
  was: string
  is: string
}

/** Two versions between which others have not been observed. */
export interface Gap {
  from: number
  to: number
  /** Both ends have the same symptoms, so only one that comes and goes can be inside. */
  agree: boolean
}

/** How many versions to observe where nothing differs: both ends, and twice the halvings of the range. */
export const usualMost = (versions: number): number => 2 + 2 * Math.ceil(Math.log2(Math.max(versions, 2)))

/** Every change between neighbours, in the order of the versions. */
export function changesIn(seen: Seen): Change[] {
  return symptomsIn(seen)
    .flatMap((symptom) =>
      stepsOf(symptom, seen)
        .filter(({ from, to, was, is }) => was !== is && unobservedIn(seen, from, to).length === 0)
        .map(({ from, to, was, is }) => ({ symptom, before: from, after: to, was, is })),
    )
    .sort((a, b) => a.before - b.before || a.after - b.after)
}

/** The gaps that are left. Where the search has ended, both ends of each agree in every symptom. */
export function gapsIn(seen: Seen): Gap[] {
  const known = knownIn(seen)
  return known
    .slice(1)
    .map((to, index) => ({ from: known[index]!, to }))
    .filter(({ from, to }) => unobservedIn(seen, from, to).length > 0)
    .map(({ from, to }) => ({ from, to, agree: isAlike(seen.get(from)!, seen.get(to)!) }))
}

/**
 * The versions to observe next; none where the search has ended. First both ends, or the outermost that can be observed.
 * Then the middle of each gap between two that differ, until they are neighbours, however many that takes. Then the
 * middles of gaps whose ends agree, the widest first, until `most` versions have been observed: a symptom can come and
 * go between them.
 */
export function nextToObserve(seen: Seen, versions: number, most: number): number[] {
  const ends = [outermost(seen, versions, 1), outermost(seen, versions, -1)].flatMap((end) => end ?? [])
  if (ends.length > 0) return [...new Set(ends)]
  const differing = symptomsIn(seen).flatMap((symptom) =>
    stepsOf(symptom, seen).flatMap(({ from, to, was, is }) => (was === is ? [] : (middleOf(seen, from, to) ?? []))),
  )
  if (differing.length > 0) return [...new Set(differing)].sort((a, b) => a - b)
  const left = Math.max(0, most - knownIn(seen).length)
  return gapsIn(seen)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, left)
    .map(({ from, to }) => middleOf(seen, from, to)!)
}

const isAlike = (one: Observed, other: Observed): boolean =>
  Object.keys(one).every((symptom) => !Object.hasOwn(other, symptom) || one[symptom] === other[symptom])

const knownIn = (seen: Seen): number[] =>
  [...seen].flatMap(([index, observed]) => (Object.keys(observed).length > 0 ? [index] : [])).sort((a, b) => a - b)

const symptomsIn = (seen: Seen): string[] => [...new Set([...seen.values()].flatMap((each) => Object.keys(each)))]

/** The steps from one version to the next of which the symptom is known. */
function stepsOf(symptom: string, seen: Seen): { from: number; to: number; was: string; is: string }[] {
  const own = knownIn(seen).filter((index) => Object.hasOwn(seen.get(index)!, symptom))
  return own.slice(1).map((to, index) => {
    const from = own[index]!
    return { from, to, was: seen.get(from)![symptom]!, is: seen.get(to)![symptom]! }
  })
}

const unobservedIn = (seen: Seen, from: number, to: number): number[] =>
  Array.from({ length: to - from - 1 }, (_, index) => from + 1 + index).filter((index) => !seen.has(index))

/** The middle of those that have not been observed. */
function middleOf(seen: Seen, from: number, to: number): number | undefined {
  const unobserved = unobservedIn(seen, from, to)
  return unobserved[Math.floor((unobserved.length - 1) / 2)]
}

/** The first version from one end that has not been observed, before any that has. */
function outermost(seen: Seen, versions: number, step: 1 | -1): number | undefined {
  for (let index = step === 1 ? 0 : versions - 1; index >= 0 && index < versions; index += step) {
    const observed = seen.get(index)
    if (!observed) return index
    if (Object.keys(observed).length > 0) return undefined
  }
  return undefined
}
