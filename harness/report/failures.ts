import { baseName, type CellRecord, type RunRecord } from '../results/record.ts'
import { bound } from './bound.ts'
import { happened, sentence } from './words.ts'

export interface Failure {
  cell: CellRecord
  verdict: 'failed' | 'broken' | 'flaky'
  /** Undefined where the cell failed as a whole. */
  stage?: string
  /** A sentence on what went wrong. */
  text: string
  /** What was expected and what was observed, a line each. */
  lines: string[]
  /** The command that opens a shell on the host at that stage, where a host can be made. */
  enter?: string
}

/**
 * Everything that did not pass, in the order of the run. `broken` is a failure of the lab itself. Known failures are left
 * out.
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
    // A probe without output leaves empty brackets.
    const lines = stage.mismatches.map((line) => line.replace(/ \(\)$/, ''))
    return [{ cell, verdict: stage.verdict, stage: stage.name, text, lines, ...enter }]
  })
  // The reason of a cell with a known issue explains why that does not excuse the failure, so it is shown too.
  return bad.length && !cell.knownIssue ? bad : [whole, ...bad]
}
