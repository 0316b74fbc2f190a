import { relative } from 'node:path'
import pc from 'picocolors'
import { duration } from '../../lib/text.ts'
import { cost } from '../../results/cost.ts'
import { type CellRecord, isLeft, type RunRecord, type StageRecord } from '../../results/record.ts'
import { brokenTries } from '../../results/verdict.ts'
import { bound } from '../bound.ts'
import { failures } from '../failures.ts'
import { headline } from '../headline.ts'
import { count, happened, machine, verdictSigns } from '../words.ts'
import { claimLines } from './claims.ts'
import { confusionLines } from './confusion.ts'
import { type Paint, paintVerdict, plain, runOut, verdictColor, wrap } from './paint.ts'
import { safeReporter } from './safe-reporter.ts'
import { scoreLines } from './scores.ts'
import { Screen } from './screen.ts'
import { summary } from './summary.ts'

/**
 * Reports a run to people while it runs. `cell` is needed only if cells run side by side; else it is the last started.
 */
export interface Reporter {
  /** Called once, before the first cell: the number of jobs, the expected ms of each cell, and the ended cells. */
  plan?(run: { jobs: number; expected: ReadonlyMap<string, number>; done: readonly CellRecord[] }): void
  cellStart(cell: Pick<CellRecord, 'name' | 'title' | 'provider' | 'accelerator' | 'host'> & { stages: string[] }): void
  stageStart(name: string, cell?: string): void
  /** `stage` is needed only if several stages of a cell run side by side. */
  progress(line: string, cell?: string, stage?: string): void
  stageEnd(stage: StageRecord, cell?: string): void
  cellEnd(cell: CellRecord): void
  end(record: RunRecord, reportPath: string): void
  /** Stops drawing, as after an error; `end` does that too. */
  close(): void
}

/** A reporter for one cell or few. `live` redraws a line for each running stage; else it prints a line now and then. */
export function createReporter(stream: NodeJS.WriteStream, options: { color: boolean; live: boolean }): Reporter {
  const paint = pc.createColors(options.color)
  const screen = new Screen(stream, paint, options.live)
  const widths = new Map<string, number>()
  let last = ''

  return safeReporter({
    cellStart({ name, title, provider, accelerator, host, stages }) {
      last = name
      widths.set(name, Math.max(...stages.map((stage) => stage.length), 0))
      const [on, by] = machine({ provider, accelerator })
      screen.print(
        '',
        `${paint.bold(name)}  ${plain(title, 200)}`,
        paint.dim(`${host} on ${on}${by ? ` (${by})` : ''}, ${count(stages.length, 'stage')}`),
        '',
      )
    },
    stageStart(name, cell = last) {
      screen.start(cell, name, widths.get(cell) ?? 0)
    },
    progress(line, cell = last, stage) {
      screen.progress(cell, plain(line, 300), stage)
    },
    stageEnd(stage, cell = last) {
      const among = screen.end(cell, stage.name)
      screen.print(...stageLines(stage, { paint, width: widths.get(cell) ?? 0, prefix: among ? `${cell} ` : '' }))
    },
    cellEnd(cell) {
      screen.end(cell.name)
      if (cell.verdict === 'passed' || cell.verdict === 'skipped')
        screen.print(
          '',
          `${paintVerdict(paint, cell.verdict)} ${paint.bold(cell.name)}: ${terminalText(headline(cell))}`,
        )
      else screen.print('', `${paintVerdict(paint, cell.verdict)} ${paint.bold(cell.name)}`)
    },
    end(record, reportPath) {
      screen.close()
      screen.print(...ending(record, reportPath, paint))
    },
    close() {
      screen.close()
    },
  })
}

/** An ended stage as lines, with the reasons if it did not pass. */
export function stageLines(stage: StageRecord, style: { paint: Paint; width: number; prefix: string }): string[] {
  const { paint } = style
  const mark = verdictColor(paint, stage.verdict)
  const sign = mark(verdictSigns[stage.verdict])
  const head = `  ${sign} ${paint.dim(style.prefix)}${stage.name.padEnd(style.width)}  ${duration(stage.durationMs).padStart(11)}`
  // The end of the run lists all of them, with the command that enters the host.
  const lines = stage.mismatches.slice(0, 3).map((line) => `      ${mark(plain(line, 160))}`)
  const cut = stage.mismatches.length - lines.length
  return [
    `${head}  ${paint.dim(terminalText(plain(happened(stage), 200)))}`,
    ...lines,
    ...(cut > 0 ? [paint.dim(`      and ${cut} more, below`)] : []),
  ]
}

/** The end of a run as lines: what did not pass and how to enter its host, the report, the command. */
export function ending(record: RunRecord, reportPath: string, paint: Paint): string[] {
  const { cells } = record
  const shown = cells.length === 1 ? cells : cells.filter(({ verdict }) => verdict === 'failed' || verdict === 'broken')
  const lines = shown.slice(0, 5).flatMap((cell) => summary(cell, paint))
  if (cells.length > 1)
    lines.push(
      '',
      ...cells.map(
        (cell) => `  ${paintVerdict(paint, cell.verdict)} ${cell.name}  ${paint.dim(duration(cell.durationMs))}`,
      ),
      ...confusionLines(record, paint),
    )
  lines.push(...scoreLines(record, paint), ...claimLines(record.claims ?? [], paint))
  for (const failure of failures(record)) {
    const where = failure.stage ? ` at ${paint.bold(failure.stage)}` : ''
    lines.push(
      '',
      `  ${paintVerdict(paint, failure.verdict)} ${failure.cell.name}${where}: ${terminalText(failure.text)}`,
    )
    lines.push(...failure.lines.slice(0, 12).map((line) => `    ${plain(line, 300)}`))
    if (failure.lines.length > 12) lines.push(paint.dim(`    and ${failure.lines.length - 12} more, in the report`))
    if (failure.enter) lines.push(`    ${paint.dim('enter the host:')} ${failure.enter}`)
  }
  const { missing = [] } = record
  if (missing.length > 0) {
    lines.push('', `  ${paintVerdict(paint, 'broken')} ${count(missing.length, 'cell')} did not run:`)
    lines.push(...wrap(missing.join(', '), 92, '    '))
  }
  const path = relative(process.cwd(), reportPath)
  return [
    ...lines,
    '',
    `${paintVerdict(paint, record.verdict)}${cells.length > 1 ? ` ${count(cells.length, 'cell')}` : ''} in ${duration(record.durationMs)}${triedAgain(record)}`,
    ...wrap(cost(record), 96, '').map(paint.dim),
    `${paint.dim('report')} ${path.startsWith('..') ? reportPath : path}`,
    `${paint.dim('repeat')} ${record.command}`,
    ...(canGoOn(record) ? [`${paint.dim('resume')} npm run matrix -- --resume ${record.runId}`] : []),
    '',
  ]
}

// An unfinished matrix can be resumed. A merged run cannot: its shards can.
const canGoOn = ({ command, cells, missing, mergedFrom }: RunRecord): boolean =>
  /^npm run matrix\b/.test(command) && !mergedFrom && (missing !== undefined || cells.some(isLeft))

function triedAgain(record: RunRecord): string {
  const broken = brokenTries(record)
  return broken > 0 ? `; the lab itself broke ${count(broken, 'time')} and tried again` : ''
}

/** A headline for a terminal: bounded, without backticks. */
export const terminalText = (text: string): string => runOut(bound(text, 300))
