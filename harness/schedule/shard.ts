import { LabError } from '../lib/errors.ts'

/** Part `index` of `of`, from 1. */
export interface Shard {
  index: number
  of: number
}

/** Reads `i/n`. Throws LabError `usage`. */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (!index || !of || index > of)
    throw new LabError('usage', `--shard ${text}: not a part of a whole`, { hint: 'as in --shard 1/3, from 1 to 3' })
  return { index, of }
}

/**
 * Cells split into `of` parts of about the same expected duration: the longest first, each to the part that has least to
 * do. The parts of the same cells and durations are disjoint, and together they are all; within a part the order stays.
 */
export function splitCells<T extends { name: string }>(
  cells: readonly T[],
  of: number,
  expected: ReadonlyMap<string, number>,
): T[][] {
  const last = (cell: T): number => expected.get(cell.name) ?? 0
  const parts = Array.from({ length: of }, () => ({ total: 0, cells: new Set<T>() }))
  // By name where durations are equal, so that the order in which cells are given changes nothing.
  for (const cell of cells.toSorted((a, b) => last(b) - last(a) || (a.name < b.name ? -1 : 1))) {
    const least = parts.reduce((a, b) => (b.total < a.total ? b : a))
    least.cells.add(cell)
    least.total += last(cell)
  }
  return parts.map((part) => cells.filter((cell) => part.cells.has(cell)))
}
