import { duration } from '../../lib/text.ts'
import type { Paint } from './paint.ts'
import { frameMs, frames, Redraw } from './redraw.ts'

// How often a log that cannot be redrawn says that a stage still runs: long silence looks like a hang, and kills CI jobs.
const pulseMs = 20_000

interface Running {
  cell: string
  stage: string
  since: number
  line: string
  width: number
}

/** Lines that stay, and below them, where the stream can redraw, one line for each running stage. */
export class Screen {
  readonly #stream: NodeJS.WriteStream
  readonly #paint: Paint
  readonly #live: boolean
  // In the order in which they started; a cell may run several.
  #running: Running[] = []
  readonly #redraw: Redraw
  #frame = 0
  #timer: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream, paint: Paint, live: boolean) {
    this.#stream = stream
    this.#paint = paint
    this.#live = live
    this.#redraw = new Redraw(stream)
  }

  /** Prints lines that stay, above what is running. */
  print(...lines: string[]): void {
    this.#redraw.draw(lines, this.#live ? this.#lines() : [])
  }

  start(cell: string, stage: string, width: number): void {
    this.#running.push({ cell, stage, since: Date.now(), line: '', width })
    this.#timer ??= setInterval(() => this.#tick(), this.#live ? frameMs : pulseMs).unref()
    this.#draw()
  }

  progress(cell: string, line: string, stage?: string): void {
    const running = this.#running.find((each) => each.cell === cell && (stage === undefined || each.stage === stage))
    if (running) running.line = line
  }

  /** Ends a stage of a cell, or all it runs; gives whether other cells ran beside it. */
  end(cell: string, stage?: string): boolean {
    const among = this.#hasSeveralCells()
    this.#running = this.#running.filter((each) => each.cell !== cell || (stage !== undefined && each.stage !== stage))
    if (this.#running.length === 0) this.#stop()
    this.#draw()
    return among
  }

  #hasSeveralCells(): boolean {
    return new Set(this.#running.map(({ cell }) => cell)).size > 1
  }

  close(): void {
    this.#running = []
    this.#stop()
    this.#draw()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    this.#frame += 1
    if (this.#live) this.#draw()
    else for (const line of this.#lines()) this.#stream.write(`${line}\n`)
  }

  #draw(): void {
    if (this.#live) this.#redraw.draw([], this.#lines())
  }

  #lines(): string[] {
    const among = this.#hasSeveralCells()
    return this.#running.map(({ cell, stage, since, line, width }) => {
      const spinner = this.#live ? frames[this.#frame % frames.length]! : '…'
      const took = elapsed(Date.now() - since).padStart(11)
      const head = `  ${spinner} ${among ? `${cell} ` : ''}${stage.padEnd(width)}  ${took}  `
      const room = this.#live ? this.#redraw.columns : 400
      const rest = line.slice(0, Math.max(0, room - head.length))
      return `${this.#paint.cyan(head.slice(0, room))}${this.#paint.dim(rest)}`
    })
  }
}

/** A duration that still grows, in whole seconds: a tenth that flickers tells nothing. */
export const elapsed = (ms: number): string =>
  ms < 59_500 ? `${Math.round(ms / 1000)} s` : duration(Math.max(60_000, Math.round(ms / 1000) * 1000))
