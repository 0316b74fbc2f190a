import { dictionary } from '../lib/own.ts'
import type { ConfusionRecord, ConfusionRow } from './detector-record.ts'
import type { CellRecord, DiagnosisRecord } from './record.ts'

/** Whether a cell counts for the detectors. */
export const isAboutDetectors = ({ verdict, varied }: CellRecord): boolean =>
  // A sweep runs a fault under conditions for which nothing is expected.
  !varied && /^(passed|failed|flaky)$/.test(verdict)

/**
 * Counts each run of the detectors on a host whose state was known: healthy, latent, broken. It leaves out hosts after a
 * fix, whose state is not known beforehand, cells that the lab itself broke, and known issues.
 */
export function confusion(cells: readonly CellRecord[], detectors: readonly string[] = []): ConfusionRecord {
  const rows = new Map<string, ConfusionRow>()
  let wrong = 0
  for (const cell of cells.filter(isAboutDetectors))
    for (const diagnosis of cell.diagnoses.filter(({ stage }) => !stage.startsWith('fix:'))) {
      const { expected, named } = diagnosis
      const there = whatWasThere(cell, diagnosis)
      const key = [there, ...expected.toSorted()].join('\n')
      const row = rows.get(key) ?? { there, expected: [...expected], times: 0, named: dictionary<number>(), nothing: 0 }
      rows.set(key, row)
      row.times += 1
      if (named.length === 0) row.nothing += 1
      for (const cause of named) row.named[cause] = (row.named[cause] ?? 0) + 1
      wrong += expected.filter((cause) => !named.includes(cause)).length
      wrong += named.filter((cause) => !expected.includes(cause)).length
    }
  const all = [...rows.values()]
  const seen = [...all.flatMap(({ expected }) => expected), ...all.flatMap(({ named }) => Object.keys(named))]
  const columns = [...new Set([...detectors, ...seen])]
  // Rows follow the order of the columns, so that right answers form a diagonal. Rows with several causes come below it,
  // and rows in which nothing is expected come last.
  const rank = ({ expected }: ConfusionRow): number => {
    const first = Math.min(columns.length, ...expected.map((cause) => columns.indexOf(cause)))
    return expected.length === 1 ? first : columns.length * (expected.length === 0 ? 2 : 1) + first
  }
  return { detectors: columns, rows: all.sort((a, b) => rank(a) - rank(b)), wrong }
}

// All variants of a write-up's fault share a row. Controls, decoys, `look-alikes` and variants that break nothing
// each have their own.
export function whatWasThere(
  { scenario, variant, source, stages }: CellRecord,
  { stage, expected }: DiagnosisRecord,
): string {
  if (stage === 'healthy' && stages.some(({ name }) => name === 'inject')) return 'healthy'
  const silent = expected.length === 0
  if (stage === 'latent' && silent) return `${scenario}, latent`
  return (source && !silent) || !variant ? scenario : `${scenario}-${variant}`
}
