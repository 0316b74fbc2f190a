import { duration } from '../../lib/text.ts'
import type { Paint } from './paint.ts'

const frames = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const frameMs = 100
// How often a log that cannot be redrawn says that a stage still runs: long silence looks like a hang, and kills CI jobs.
const pulseMs = 20_000

interface Running {
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
  readonly #running = new Map<string, Running>()
  #drawn = 0
  #frame = 0
  #timer: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream, paint: Paint, live: boolean) {
    this.#stream = stream
    this.#paint = paint
    this.#live = live
  }

  /** Prints lines that stay, above what is running. */
  print(...lines: string[]): void {
    this.#stream.write(`${this.#erased()}${lines.map((line) => `${line}\n`).join('')}`)
    this.#draw()
  }

  start(cell: string, stage: string, width: number): void {
    this.#running.set(cell, { stage, since: Date.now(), line: '', width })
    this.#timer ??= setInterval(() => this.#tick(), this.#live ? frameMs : pulseMs).unref()
    this.#draw()
  }

  progress(cell: string, line: string): void {
    const running = this.#running.get(cell)
    if (running) running.line = line
  }

  /** Ends what a cell runs; tells whether others ran beside it. */
  end(cell: string): boolean {
    const among = this.#running.size > 1
    this.#running.delete(cell)
    if (this.#running.size === 0) this.#stop()
    this.#draw()
    return among
  }

  close(): void {
    this.#running.clear()
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
    if (!this.#live) return
    const erased = this.#erased()
    const lines = this.#lines()
    this.#drawn = lines.length
    if (erased || lines.length) this.#stream.write(`${erased}${lines.map((line) => `${line}\n`).join('')}`)
  }

  // Up over what was drawn, and all below it erased.
  #erased(): string {
    if (this.#drawn === 0) return ''
    const up = `\x1b[${this.#drawn}A\r\x1b[J`
    this.#drawn = 0
    return up
  }

  #lines(): string[] {
    const among = this.#running.size > 1
    return [...this.#running].map(([cell, { stage, since, line, width }]) => {
      const spinner = this.#live ? frames[this.#frame % frames.length]! : '…'
      const took = elapsed(Date.now() - since).padStart(11)
      const head = `  ${spinner} ${among ? `${cell} ` : ''}${stage.padEnd(width)}  ${took}  `
      // One column is left free, and a line that wrapped could not be erased.
      const room = this.#live ? Math.max(0, (this.#stream.columns || 80) - 1) : 400
      const rest = line.slice(0, Math.max(0, room - head.length))
      return `${this.#paint.cyan(head.slice(0, room))}${this.#paint.dim(rest)}`
    })
  }
}

// Whole seconds: a tenth that flickers tells nothing.
const elapsed = (ms: number): string =>
  ms < 59_500 ? `${Math.round(ms / 1000)} s` : duration(Math.max(60_000, Math.round(ms / 1000) * 1000))
