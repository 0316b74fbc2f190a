import { baseName, type CellRecord, type RunRecord } from '../results/record.ts'
import { bound } from './bound.ts'
import { happened, sentence } from './words.ts'

export interface Failure {
  cell: CellRecord
  verdict: 'failed' | 'broken' | 'flaky'
  /** None where the cell failed as a whole. */
  stage?: string
  /** What went wrong, as a sentence. */
  text: string
  /** What was expected and what was seen, line by line. */
  lines: string[]
  /** The command that enters the host at that stage, where a host can be had. */
  enter?: string
}

/**
 * Everything that did not pass, in the order of the run: a verdict of the lab on itself (`broken`) is kept apart by word.
 * What failed as known is none.
 */
export const failures = (record: Pick<RunRecord, 'cells'>): Failure[] => record.cells.flatMap(cellFailures)

function cellFailures(cell: CellRecord): Failure[] {
  const { verdict } = cell
  if (verdict === 'passed' || verdict === 'skipped' || verdict === 'known') return []
  const whole = { cell, verdict, text: sentence(bound(cell.reason ?? 'no reason was recorded', 300)), lines: [] }
  const bad = cell.stages.flatMap((stage) => {
    if (stage.verdict !== 'failed' && stage.verdict !== 'broken') return []
    const enter =
      stage.name === 'provision' ? {} : { enter: `npm run shell ${baseName(cell.name)} -- --at ${stage.name}` }
    const text = sentence(bound(happened(stage) || cell.reason || `stage ${stage.name} ${stage.verdict}`, 300))
    // A probe that saw nothing has no words to put between brackets.
    const lines = stage.mismatches.map((line) => line.replace(/ \(\)$/, ''))
    return [{ cell, verdict: stage.verdict, stage: stage.name, text, lines, ...enter }]
  })
  // That an issue is known no longer excuses it is said beside what failed.
  return bad.length && !cell.knownIssue ? bad : [whole, ...bad]
}
