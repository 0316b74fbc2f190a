/**
 * The smallest sets of causes that together explain every explicable symptom; several sets if nothing decides between
 * them. `explainers` has, for each symptom, the causes that explain it.
 */
export function smallestCovers(explainers: readonly (readonly string[])[]): string[][] {
  const needed = [...new Map(explainers.filter((set) => set.length > 0).map((set) => [set.join(' '), set])).values()]
  const causes = [...new Set(needed.flat())].sort()
  for (let size = 0; size <= causes.length; size++) {
    const covers = subsets(causes, size).filter((chosen) =>
      needed.every((set) => set.some((id) => chosen.includes(id))),
    )
    if (covers.length > 0) return covers
  }
  return [[]]
}

/** All subsets of a given size. */
function subsets(all: readonly string[], size: number): string[][] {
  if (size === 0) return [[]]
  return all.flatMap((first, index) => subsets(all.slice(index + 1), size - 1).map((rest) => [first, ...rest]))
}
