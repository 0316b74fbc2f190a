import { LabError } from '../lib/errors.ts'

/** Part `index` of `of` parts, counted from 1. */
export interface Shard {
  index: number
  of: number
}

/** Reads `i/n`. Throws LabError `usage`. */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (!index || !of || index > of)
    throw new LabError('usage', `--shard ${text}: not a valid part`, {
      hint: 'as in --shard 1/3, the first of three parts',
    })
  return { index, of }
}

/**
 * Splits cells into `of` parts of about the same expected duration: the longest cell first, each into the shortest part
 * so far. The same cells and durations always give the same parts. Within a part the order stays.
 */
export function splitCells<T extends { name: string }>(
  cells: readonly T[],
  of: number,
  expected: ReadonlyMap<string, number>,
): T[][] {
  const last = (cell: T): number => expected.get(cell.name) ?? 0
  const parts = Array.from({ length: of }, () => ({ total: 0, cells: new Set<T>() }))
  // Equal durations are ordered by name, so that the order of the cells changes nothing.
  for (const cell of cells.toSorted((a, b) => last(b) - last(a) || (a.name < b.name ? -1 : 1))) {
    const least = parts.reduce((a, b) => (b.total < a.total ? b : a))
    least.cells.add(cell)
    least.total += last(cell)
  }
  return parts.map((part) => cells.filter((cell) => part.cells.has(cell)))
}
