import { duration } from '../lib/text.ts'
import type { RunRecord } from './record.ts'

/**
 * What the cells of a run would have taken one by one, each from nothing (its images built, its host booted, and broken
 * anew for every fix), beside what the run took. Cells that ran side by side have slowed each other, and count as they
 * ran. Empty for one cell, and where the record is too old to know.
 */
export function cost({ cells, durationMs, harness }: RunRecord): string {
  const ran = cells.filter(({ verdict }) => verdict !== 'skipped')
  if (ran.length < 2 || ran.every(({ sparedMs }) => sparedMs === undefined)) return ''
  const alone = ran.reduce((sum, cell) => sum + cell.durationMs + (cell.sparedMs ?? 0), 0)
  const times = (alone / durationMs).toFixed(1)
  const own =
    harness && ` The harness itself worked in ${((100 * harness.busyMs) / harness.ofMs).toFixed(1)} % of the time.`
  return `One by one, each from nothing, its cells take ${duration(alone)}: ${times} times as long.${own ?? ''}`
}
