import type { RunRecord, Verdict } from './record.ts'

/**
 * The verdict on a run of which `asked` cells were asked for. It fails with any of its cells, and where a detector was
 * wrong, whatever the cells say of themselves; cut short it has not passed, and neither with a flaky cell. A failure
 * that is known counts as a pass.
 */
export function runVerdict(
  { cells, confusion }: Pick<RunRecord, 'cells' | 'confusion'>,
  asked = cells.length,
): Verdict {
  const verdicts = new Set(cells.map(({ verdict }) => verdict))
  if (verdicts.has('failed') || (confusion?.wrong ?? 0) > 0) return 'failed'
  if (verdicts.has('broken') || cells.length < asked) return 'broken'
  if (verdicts.has('flaky')) return 'flaky'
  return verdicts.size === 1 && verdicts.has('skipped') ? 'skipped' : 'passed'
}

/** How often a cell ran again because the lab itself had broken: counted apart from what failed. */
export const brokenTries = ({ cells }: Pick<RunRecord, 'cells'>): number =>
  cells.flatMap(({ attempts = [] }) => attempts).filter(({ verdict }) => verdict === 'broken').length
