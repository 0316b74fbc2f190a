import { allCombinations, pairwise } from './lib/combinations.ts'
import type { Combination, Space } from './lib/implicants.ts'
import type { Reporter } from './report/terminal/index.ts'
import type { RunRecord } from './results/record.ts'
import { type SweepResult, sweepResult } from './results/sweep.ts'
import { nextCombinations } from './results/sweep-next.ts'
import type { Cell } from './scenario/cell.ts'
import type { RunStore } from './schedule/run-store.ts'
import { startOf, sweepCell } from './schedule/sweep-cells.ts'
import { runCells } from './session.ts'
import type { SessionOptions } from './session-options.ts'

/** Up to so many combinations all run. Of a larger product, few that hold each pair of values, and then more. */
export const smallProduct = 16

/** The combinations with which a sweep begins: all, or few. The first is what the scenario itself pins. */
export function firstCombinations(space: Space, cell: Cell, all: boolean): Combination[] {
  const start = startOf(cell, space)
  const product = Object.values(space).reduce((size, values) => size * values.length, 1)
  if (!all && product > smallProduct) return pairwise(space, start)
  const isStart = (each: Combination): boolean => Object.keys(space).every((name) => each[name] === start[name])
  return allCombinations(space).sort((a, b) => Number(isStart(b)) - Number(isStart(a)))
}

/**
 * Runs a sweep: the cells of its plan, then more around what differs, until each set of conditions has been tried. `cells`
 * has the scenario's cell on each host. An interrupted sweep gives what it has.
 */
export async function runSweep(
  cells: readonly Cell[],
  {
    store,
    reporter,
    ...options
  }: Omit<SessionOptions, 'reporter' | 'store'> & {
    store: RunStore
    /** Each round has one of its own. */
    reporter: () => Reporter
  },
): Promise<{ record: RunRecord; dir: string; result: SweepResult | undefined; rounds: number }> {
  const { space } = store.plan.sweep!
  const byName = new Map(
    allCombinations(space)
      .map((each) => sweepCell(cells, each))
      .map((cell) => [cell.name, cell]),
  )
  for (let rounds = 1; ; rounds += 1) {
    const own = reporter()
    const planned = store.plan.cells.flatMap((name) => byName.get(name) ?? [])
    const { record, dir } = await runCells(planned, { ...options, store, reporter: own })
    const result = sweepResult(record.cells)
    const more = result && !options.signal.aborted ? nextCombinations(result, space) : []
    if (more.length === 0) return { record, dir, result, rounds }
    await store.extend(
      more.map((each) => sweepCell(cells, each).name),
      record.durationMs,
    )
    own.progress(`${more.length} more of ${byName.size} combinations, around what differs`)
  }
}
