import { LabError } from '../lib/errors.ts'
import type { PastRun } from '../results/history.ts'
import { baseName } from '../results/record.ts'
import type { Cell } from '../scenario/cell.ts'

/** Each cell `times` times; from the second on, its name has a number: `debian12-healthy#2`. */
export const repeated = (cells: readonly Cell[], times: number): Cell[] =>
  cells.flatMap((cell) =>
    Array.from({ length: times }, (_, i) => (i === 0 ? cell : { ...cell, name: `${cell.name}#${i + 1}` })),
  )

/** The cell of this name, which may have such a number. */
export function namedCell(cells: readonly Cell[], name: string): Cell | undefined {
  const cell = cells.find((each) => each.name === baseName(name))
  return cell && { ...cell, name }
}

/** The cells that did not pass when they last ran. Throws LabError `no-match` if all passed. */
export function lastFailed(cells: readonly Cell[], past: readonly PastRun[]): Cell[] {
  // A cell counts by its worst repetition in the last run in which it ran.
  const last = new Map<string, boolean>()
  for (const run of past) {
    const bad = new Map<string, boolean>()
    for (const [name, { verdict }] of Object.entries(run.cells))
      if (verdict !== 'skipped')
        bad.set(baseName(name), bad.get(baseName(name)) || !['passed', 'known'].includes(verdict))
    for (const [name, failed] of bad) last.set(name, failed)
  }
  const failed = cells.filter(({ name }) => last.get(name))
  if (failed.length > 0) return failed
  throw new LabError('no-match', 'no cell failed when it last ran', { hint: 'every run is in reports/history.jsonl' })
}
