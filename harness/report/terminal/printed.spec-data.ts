import type { RunRecord } from '../../results/record.ts'
import type { createReporter } from './index.ts'

/** What a reporter of this kind prints of a whole run. */
export function printed(
  make: typeof createReporter,
  run: RunRecord,
  options: { color: boolean; live: boolean },
): string {
  let text = ''
  const write = (chunk: string): void => {
    text += chunk
  }
  const reporter = make({ columns: 80, rows: 40, write } as unknown as NodeJS.WriteStream, options)
  reporter.plan?.({ jobs: 2, expected: new Map(run.cells.map(({ name }) => [name, 1000])), done: [] })
  for (const cell of run.cells) {
    reporter.cellStart({ ...cell, stages: cell.stages.map(({ name }) => name) })
    for (const stage of cell.stages) {
      reporter.stageStart(stage.name, cell.name)
      reporter.progress(stage.summary, cell.name, stage.name)
      reporter.stageEnd(stage, cell.name)
    }
    reporter.cellEnd(cell)
  }
  reporter.end(run, '/reports/x/index.html')
  return text
}
