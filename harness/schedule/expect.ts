import type { PastCell, PastRun } from '../results/history.ts'
import { baseName } from '../results/record.ts'
import type { Cell } from '../scenario/cell.ts'

/** The number of last runs from which the expected duration is computed. */
const recent = 5
// The time for one observation and the work before it, for cells without a history.
const observationMs = { vm: 60_000, container: 20_000 }

/**
 * The expected duration of each cell in ms: the median of its last runs, else of the same scenario's runs on other
 * hosts, else by its number of observations. The same history gives the same answer.
 */
export function expectDurations(cells: readonly Cell[], past: readonly PastRun[]): Map<string, number> {
  const known = new Map<string, number[]>()
  const note = (key: string, { durationMs }: PastCell): void => {
    known.set(key, [...(known.get(key) ?? []), durationMs].slice(-recent))
  }
  const kinds = new Map(cells.map((cell) => [baseName(cell.name), kindOf(cell)]))
  for (const { cells: ran } of past)
    for (const [name, cell] of Object.entries(ran)) {
      // A cell that did not run to its end does not count.
      if (cell.verdict === 'skipped' || cell.verdict === 'broken') continue
      note(baseName(name), cell)
      const kind = kinds.get(baseName(name))
      if (kind) note(kind, cell)
    }
  return new Map(
    cells.map((cell) => [cell.name, median(known.get(baseName(cell.name)) ?? known.get(kindOf(cell))) ?? guess(cell)]),
  )
}

const kindOf = ({ scenario, variant = '' }: Cell): string => `${scenario}\n${variant}`

function guess({ fixes, needs }: Cell): number {
  const observations = 3 + fixes.reduce((sum, { ladder }) => sum + 1 + Object.keys(ladder).length, 0)
  // Containers satisfy only the needs systemd and docker.
  const vm = needs.some((need) => need !== 'systemd' && need !== 'docker')
  return observations * (vm ? observationMs.vm : observationMs.container)
}

function median(values: readonly number[] | undefined): number | undefined {
  return values?.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
