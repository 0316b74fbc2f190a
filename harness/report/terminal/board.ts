import pc from 'picocolors'
import { duration } from '../../lib/text.ts'
import type { CellRecord, Verdict } from '../../results/record.ts'
import { headline } from '../headline.ts'
import { count, isBad, tally, verdictOrder } from '../words.ts'
import { ending, type Reporter, stageLines, told } from './index.ts'
import { type Paint, paintVerdict, plain } from './paint.ts'
import { frameMs, frames, Redraw } from './redraw.ts'
import { elapsed } from './screen.ts'
import { timeLeft } from './time-left.ts'

interface Running {
  since: number
  /** The stages that run, by name, each with its last line of progress. */
  stages: Map<string, string>
}

// How often a log that cannot be redrawn says what runs: long silence looks like a hang, and kills CI jobs.
const pulseMs = 60_000
const namesAtMost = 48

/** A reporter for many cells at once: a line for each that has ended, and below them, or now and then, what runs. */
export function createBoard(stream: NodeJS.WriteStream, options: { color: boolean; live: boolean }): Reporter {
  const board = new Board(stream, pc.createColors(options.color), options.live)
  return {
    plan: (run) => board.plan(run),
    cellStart: ({ name }) => board.start(name),
    stageStart: (name, cell = '') => board.note(cell, '', name),
    progress: (line, cell, stage) => {
      if (cell) board.note(cell, plain(line, 300), stage)
      else board.print(`  ${plain(line, 300)}`)
    },
    stageEnd(stage, cell = '') {
      board.endStage(cell, stage.name)
      // What does not pass is told at once; the rest in the line of its cell.
      if (stage.verdict === 'failed' || stage.verdict === 'broken')
        board.print(...stageLines(stage, { paint: board.paint, width: 0, prefix: `${cell} ` }))
    },
    cellEnd: (cell) => board.end(cell),
    end(record, reportPath) {
      board.close()
      board.print(...ending(record, reportPath, board.paint))
    },
    close: () => board.close(),
  }
}

class Board {
  readonly paint: Paint
  readonly #live: boolean
  readonly #redraw: Redraw
  readonly #running = new Map<string, Running>()
  readonly #ended = new Map<string, { verdict: Verdict; expected: number; elapsed: number }>()
  #expected: ReadonlyMap<string, number> = new Map()
  #jobs = 1
  #frame = 0
  #timer: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream, paint: Paint, live: boolean) {
    this.paint = paint
    this.#live = live
    this.#redraw = new Redraw(stream)
  }

  plan({ jobs, expected, done }: Parameters<NonNullable<Reporter['plan']>>[0]): void {
    this.#expected = expected
    this.#jobs = jobs
    // What ended in an earlier process says nothing of this one's pace.
    for (const { name, verdict } of done) this.#ended.set(name, { verdict, expected: 0, elapsed: 0 })
    const before = done.length > 0 ? `, ${done.length} of them done already` : ''
    this.print(`${count(expected.size, 'cell')}${before}, ${jobs} at a time, about ${rough(this.#left())}`, '')
    this.#timer = setInterval(() => this.#tick(), this.#live ? frameMs : pulseMs).unref()
  }

  start(cell: string): void {
    this.#running.set(cell, { since: Date.now(), stages: new Map() })
    this.#draw()
  }

  /** Takes down the last line of a stage: where it is not named, of the one that runs. */
  note(cell: string, line: string, stage?: string): void {
    const stages = this.#running.get(cell)?.stages
    const of = stage ?? [...(stages?.keys() ?? [])].at(-1) ?? ''
    // Last is what was heard last; what came before any stage is over when one starts.
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
    const words = told(headline(cell))
    // The whole of it is in the report; a terminal shows a line for each cell.
    const room = this.#live
      ? this.#redraw.columns - (2 + location.length + 1 + 2 + longestVerdict + 1 + head.length + 2)
      : 400
    const shown = words.length > room ? `${words.slice(0, Math.max(0, room - 1))}…` : words
    this.print(`  ${dim(location)} ${sign} ${isBad(cell.verdict) ? bold(head) : head}  ${dim(shown)}`)
  }

  print(...lines: string[]): void {
    this.#redraw.draw(lines, this.#live && this.#timer ? this.#foot() : [])
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#running.clear()
    this.#redraw.draw([], [])
  }

  #tick(): void {
    this.#frame += 1
    if (this.#live) this.#draw()
    else if (this.#running.size > 0) this.print(...this.#foot())
  }

  #draw(): void {
    if (this.#live && this.#timer) this.#redraw.draw([], this.#foot())
  }

  #width(): number {
    return Math.min(namesAtMost, Math.max(0, ...[...this.#expected.keys()].map((name) => name.length)))
  }

  #foot(): string[] {
    const columns = this.#live ? this.#redraw.columns : 400
    const most = this.#live ? Math.max(1, this.#redraw.rows - 5) : this.#running.size
    const rows = [...this.#running].slice(0, most).map(([cell, { since, stages }]) => {
      const sign = this.#live ? frames[this.#frame % frames.length]! : '…'
      const usual = this.#expected.get(cell)
      const time = `${elapsed(Date.now() - since)}${usual ? ` of ${rough(usual)}` : ''}`
      const [stage, line] = [...stages].at(-1) ?? ['', '']
      const others = stages.size > 1 ? ` and ${stages.size - 1} more` : ''
      const head = `  ${sign} ${cell.padEnd(this.#width())} ${time.padStart(19)}  ${stage}${others}  `
      const rest = line.slice(0, Math.max(0, columns - head.length))
      return `${this.paint.cyan(head.slice(0, columns))}${this.paint.dim(rest)}`
    })
    const hidden = this.#running.size - rows.length
    return [
      ...(this.#live ? [''] : []),
      ...rows,
      ...(hidden > 0 ? [`    and ${hidden} more`] : []),
      this.#sum().slice(0, columns),
    ]
  }

  // What has ended, what waits, and how long it may take: without colours, so that it can be cut to width.
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
      this.#running.size > 0 && `${this.#running.size} run`,
      waiting > 0 && `${waiting} wait`,
      ended < this.#expected.size && (left > 0 ? `about ${rough(left)} left` : 'past its usual time'),
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

// A guess, and said like one: half minutes below ten, then minutes, then hours.
function rough(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 0.75) return `${Math.max(5, Math.ceil(ms / 5000) * 5)} s`
  if (minutes < 10) return `${Math.round(minutes * 2) / 2} min`
  if (minutes < 90) return `${Math.round(minutes)} min`
  return `${Math.floor(minutes / 60)} h ${String(Math.round(minutes % 60)).padStart(2, '0')} min`
}
