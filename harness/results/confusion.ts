import type { ConfusionRecord, ConfusionRow } from './detector-record.ts'
import type { CellRecord, DiagnosisRecord } from './record.ts'

/** Whether a cell says anything of a detector. */
export const tellsOfDetectors = ({ verdict }: CellRecord): boolean => /^(passed|failed|flaky)$/.test(verdict)

/**
 * Counts every time the detectors ran on a host whose state was known: healthy, latent, broken. After a fix nothing is
 * known beforehand, cells the lab itself broke say nothing of a detector, and of known issues it is known: all are left out.
 */
export function confusion(cells: readonly CellRecord[], detectors: readonly string[] = []): ConfusionRecord {
  const rows = new Map<string, ConfusionRow>()
  let wrong = 0
  for (const cell of cells.filter(tellsOfDetectors))
    for (const diagnosis of cell.diagnoses.filter(({ stage }) => !stage.startsWith('fix:'))) {
      const { expected, named } = diagnosis
      const there = whatWasThere(cell, diagnosis)
      const key = [there, ...expected.toSorted()].join('\n')
      const row = rows.get(key) ?? { there, expected: [...expected], times: 0, named: {}, nothing: 0 }
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
  // What has to be named comes in the order of the columns, so that what is right makes a diagonal. Where several causes
  // were there at once there is none: those rows come below it, and silence comes last.
  const place = ({ expected }: ConfusionRow): number => {
    const first = Math.min(columns.length, ...expected.map((cause) => columns.indexOf(cause)))
    return expected.length === 1 ? first : columns.length * (expected.length === 0 ? 2 : 1) + first
  }
  return { detectors: columns, rows: all.sort((a, b) => place(a) - place(b)), wrong }
}

// A fault of a write-up is one, however it is varied, as long as it is one. Controls, decoys, look-alikes and variants
// that break nothing are each their own.
export function whatWasThere(
  { scenario, variant, source, stages }: CellRecord,
  { stage, expected }: DiagnosisRecord,
): string {
  if (stage === 'healthy' && stages.some(({ name }) => name === 'inject')) return 'healthy'
  const silent = expected.length === 0
  if (stage === 'latent' && silent) return `${scenario}, latent`
  return (source && !silent) || !variant ? scenario : `${scenario}-${variant}`
}
