import type { RunRecord, Verdict } from './record.ts'

/**
 * The verdict on a run of `wanted` cells. The run fails where a cell failed or a detector was wrong. It does not pass where
 * it was cut short or a cell is flaky. A known failure counts as a pass.
 */
export function runVerdict(
  { cells, confusion }: Pick<RunRecord, 'cells' | 'confusion'>,
  wanted = cells.length,
): Verdict {
  const verdicts = new Set(cells.map(({ verdict }) => verdict))
  if (verdicts.has('failed') || (confusion?.wrong ?? 0) > 0) return 'failed'
  if (verdicts.has('broken') || cells.length < wanted) return 'broken'
  if (verdicts.has('flaky')) return 'flaky'
  return verdicts.size === 1 && verdicts.has('skipped') ? 'skipped' : 'passed'
}

/** How often a cell ran again because the lab itself broke; not counted among the failures. */
export const brokenTries = ({ cells }: Pick<RunRecord, 'cells'>): number =>
  cells.flatMap(({ attempts = [] }) => attempts).filter(({ verdict }) => verdict === 'broken').length
