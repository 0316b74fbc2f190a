import { duration } from '../lib/text.ts'
import type { RunRecord } from './record.ts'

/**
 * A sentence that compares the run with its cells run one by one, each from nothing: images built, host booted, and
 * broken again for every fix. Cells that ran side by side slowed each other down; their times are taken as they were.
 * Empty for a single cell, and where the record is too old to know.
 */
export function cost({ cells, durationMs, harness }: RunRecord): string {
  const ran = cells.filter(({ verdict }) => verdict !== 'skipped')
  if (ran.length < 2 || ran.every(({ savedMs }) => savedMs === undefined)) return ''
  const alone = ran.reduce((sum, cell) => sum + cell.durationMs + (cell.savedMs ?? 0), 0)
  const times = (alone / durationMs).toFixed(1)
  const own =
    harness && ` The harness itself was busy for ${((100 * harness.busyMs) / harness.ofMs).toFixed(1)} % of the time.`
  return `Run one by one from nothing, its cells would take ${duration(alone)}, ${times} times as long.${own ?? ''}`
}
