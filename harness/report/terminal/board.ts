import pc from 'picocolors'
import { duration } from '../../lib/text.ts'
import type { CellRecord, Verdict } from '../../results/record.ts'
import { headline } from '../headline.ts'
import { count, isBad, tally, verdictOrder } from '../words.ts'
import { elapsed, roughly } from './elapsed.ts'
import { ending, type Reporter, stageLines, terminalText } from './index.ts'
import { LiveLines } from './live-lines.ts'
import { type Paint, paintVerdict, plain, within } from './paint.ts'
import { safeReporter } from './safe-reporter.ts'
import { timeLeft } from './time-left.ts'

interface Running {
  since: number
  /** The stages that run, by name, each with its last line of progress. */
  stages: Map<string, string>
}

const namesAtMost = 48

/** A reporter for many cells at once: a line for each ended cell, and below, or once a minute, what runs. */
export function createBoard(stream: NodeJS.WriteStream, options: { color: boolean; live: boolean }): Reporter {
  const board = new Board(stream, pc.createColors(options.color), options.live)
  return safeReporter({
    plan: (run) => board.plan(run),
    cellStart: ({ name }) => board.start(name),
    stageStart: (name, cell = '') => board.note(cell, '', name),
    progress: (line, cell, stage) => {
      if (cell) board.note(cell, plain(line, 300), stage)
      else board.print(`  ${plain(line, 300)}`)
    },
    stageEnd(stage, cell = '') {
      board.endStage(cell, stage.name)
      // Only a stage that does not pass has lines of its own, printed at once.
      if (stage.verdict === 'failed' || stage.verdict === 'broken')
        board.print(...stageLines(stage, { paint: board.paint, width: 0, prefix: `${cell} ` }))
    },
    cellEnd: (cell) => board.end(cell),
    end(record, reportPath) {
      board.close()
      board.print(...ending(record, reportPath, board.paint))
    },
    close: () => board.close(),
  })
}

class Board {
  readonly paint: Paint
  readonly #live: boolean
  readonly #view: LiveLines
  readonly #running = new Map<string, Running>()
  readonly #ended = new Map<string, { verdict: Verdict; expected: number; elapsed: number }>()
  #expected: ReadonlyMap<string, number> = new Map()
  #jobs = 1

  constructor(stream: NodeJS.WriteStream, paint: Paint, live: boolean) {
    this.paint = paint
    this.#live = live
    this.#view = new LiveLines(stream, { live, pulseMs: 60_000, lines: () => this.#foot() })
  }

  plan({ jobs, expected, done }: Parameters<NonNullable<Reporter['plan']>>[0]): void {
    this.#expected = expected
    this.#jobs = jobs
    // Cells of an earlier process do not count for this one's pace.
    for (const { name, verdict } of done) this.#ended.set(name, { verdict, expected: 0, elapsed: 0 })
    const before = done.length > 0 ? `, ${done.length} of them already done` : ''
    this.print(`${count(expected.size, 'cell')}${before}, ${jobs} at a time, about ${roughly(this.#left())}`, '')
    this.#view.start()
  }

  start(cell: string): void {
    this.#running.set(cell, { since: Date.now(), stages: new Map() })
    this.#view.draw()
  }

  /** Keeps the last line of a stage; without its name, of the stage that was heard last. */
  note(cell: string, line: string, stage?: string): void {
    const stages = this.#running.get(cell)?.stages
    const of = stage ?? [...(stages?.keys() ?? [])].at(-1) ?? ''
    // The stage that was heard last comes last. Lines from before the first stage end with its start.
    stages?.delete(of)
    stages?.delete('')
    stages?.set(of, line)
  }

  endStage(cell: string, stage: string): void {
    this.#running.get(cell)?.stages.delete(stage)
  }

  end(cell: CellRecord): void {
    const since = this.#running.get(cell.name)?.since
    this.#running.delete(cell.name)
    const expected = this.#expected.get(cell.name) ?? 0
    const ran = since !== undefined && cell.verdict !== 'broken'
    this.#ended.set(cell.name, {
      verdict: cell.verdict,
      ...(ran ? { expected, elapsed: Date.now() - since } : nothing),
    })
    const { bold, dim } = this.paint
    const total = String(this.#expected.size)
    const location = `${String(this.#ended.size).padStart(total.length)}/${total}`
    const sign = paintVerdict(this.paint, cell.verdict) + ' '.repeat(longestVerdict - cell.verdict.length)
    const took = (cell.verdict === 'skipped' ? '' : duration(cell.durationMs)).padStart(11)
    const head = `${cell.name.padEnd(this.#width())} ${took}`
    const words = terminalText(headline(cell))
    // A terminal shows one line for each cell; the report has the whole text.
    const room = this.#view.columns - (2 + location.length + 1 + 2 + longestVerdict + 1 + head.length + 2)
    const shown = within(words, room) === words ? words : `${within(words, room - 1)}…`
    this.print(`  ${dim(location)} ${sign} ${isBad(cell.verdict) ? bold(head) : head}  ${dim(shown)}`)
  }

  print(...lines: string[]): void {
    this.#view.print(...lines)
  }

  close(): void {
    this.#running.clear()
    this.#view.stop()
  }

  #width(): number {
    return Math.min(namesAtMost, Math.max(0, ...[...this.#expected.keys()].map((name) => name.length)))
  }

  #foot(): string[] {
    if (!this.#live && this.#running.size === 0) return []
    const { columns, rows: height, spinner } = this.#view
    const most = Math.max(1, height - 5)
    const rows = [...this.#running].slice(0, most).map(([cell, { since, stages }]) => {
      const usual = this.#expected.get(cell)
      const time = `${elapsed(Date.now() - since)}${usual ? ` of ${roughly(usual)}` : ''}`
      const [stage, line] = [...stages].at(-1) ?? ['', '']
      const others = stages.size > 1 ? ` and ${stages.size - 1} more` : ''
      const head = `  ${spinner} ${cell.padEnd(this.#width())} ${time.padStart(19)}  ${stage}${others}  `
      const rest = within(line, columns - head.length)
      return `${this.paint.cyan(within(head, columns))}${this.paint.dim(rest)}`
    })
    const hidden = this.#running.size - rows.length
    return [
      ...(this.#live ? [''] : []),
      ...rows,
      ...(hidden > 0 ? [`    and ${hidden} more`] : []),
      this.#sum().slice(0, columns),
    ]
  }

  // How many cells have ended and wait, and how long they may take. Without colours, so that it can be cut to width.
  #sum(): string {
    const ended = this.#ended.size
    const waiting = this.#waiting().length
    const left = this.#left()
    const parts = [
      `${ended} of ${this.#expected.size}`,
      tally(
        [...this.#ended.values()].map(({ verdict }) => verdict),
        verdictOrder,
      ),
      this.#running.size > 0 && `${this.#running.size} running`,
      waiting > 0 && `${waiting} waiting`,
      ended < this.#expected.size && (left > 0 ? `about ${roughly(left)} left` : 'longer than usual'),
    ]
    return `  ${bar(ended, this.#expected.size)} ${parts.filter(Boolean).join(' · ')}`
  }

  #waiting(): string[] {
    return [...this.#expected.keys()].filter((name) => !this.#ended.has(name) && !this.#running.has(name))
  }

  #left(): number {
    const usual = (name: string): number => this.#expected.get(name) ?? 0
    return timeLeft({
      jobs: this.#jobs,
      waiting: this.#waiting().map(usual),
      running: [...this.#running].map(([name, { since }]) => ({ expected: usual(name), elapsed: Date.now() - since })),
      ended: [...this.#ended.values()],
    })
  }
}

const longestVerdict = 'skipped'.length
const nothing = { expected: 0, elapsed: 0 }
const barWidth = 20
const bar = (done: number, of: number): string => {
  const full = of === 0 ? barWidth : Math.floor((done / of) * barWidth)
  return '█'.repeat(full) + '░'.repeat(barWidth - full)
}
