import type { Cell } from '../scenario/cell.ts'

/**
 * The cells with only `count` of those that have two faults. The seed selects which: consecutive seeds take consecutive
 * ones, and every such cell has its turn before any comes a second time.
 */
export function somePairs<T extends Pick<Cell, 'name' | 'and'>>(cells: readonly T[], count: number, seed: number): T[] {
  const names = cells.flatMap(({ name, and }) => (and ? name : [])).sort()
  const first = names.length === 0 ? 0 : (seed * count) % names.length
  const turned = [...names.slice(first), ...names.slice(0, first)]
  const staying = new Set(turned.slice(0, count))
  return cells.filter(({ name, and }) => !and || staying.has(name))
}

/** The seed of a day: the days since 1970, UTC. */
export const seedOf = (day: Date): number => Math.floor(day.getTime() / 86_400_000)
