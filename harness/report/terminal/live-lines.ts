import { showAnnouncements } from '../../lib/announce.ts'
import { plain } from './paint.ts'
import { Redraw } from './redraw.ts'

const frames = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const frameMs = 100
// The width of a log, which does not wrap.
const logColumns = 400

interface Options {
  /** Redraws the changing lines; else they are printed once in `pulseMs`. */
  live: boolean
  /** How often a log gets the lines. Some CI systems end a job that is silent for long. */
  pulseMs: number
  /** The changing lines as they are now. */
  lines: () => string[]
}

/** Permanent lines, and below them changing ones from `start` to `stop`. */
export class LiveLines {
  readonly #redraw: Redraw
  readonly #options: Options
  #frame = 0
  #timer: NodeJS.Timeout | undefined
  #unlisten = (): void => undefined

  constructor(stream: NodeJS.WriteStream, options: Options) {
    this.#redraw = new Redraw(stream)
    this.#options = options
  }

  /** The usable width. */
  get columns(): number {
    return this.#options.live ? this.#redraw.columns : logColumns
  }

  /** The height; a log has no end. */
  get rows(): number {
    return this.#options.live ? this.#redraw.rows : Number.POSITIVE_INFINITY
  }

  /** The sign of something that runs: it turns if it is redrawn. */
  get spinner(): string {
    return this.#options.live ? frames[this.#frame % frames.length]! : '…'
  }

  /** Shows the changing lines from now on. */
  start(): void {
    if (this.#timer) return
    this.#timer = setInterval(() => this.#tick(), this.#options.live ? frameMs : this.#options.pulseMs).unref()
    this.#unlisten = showAnnouncements((line) => this.print(`  ${plain(line, 1000)}`))
  }

  /** Erases the changing lines. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#unlisten()
    this.draw()
  }

  /** Prints permanent lines. */
  print(...lines: string[]): void {
    const { live } = this.#options
    this.#redraw.draw(lines, live && this.#timer ? this.#options.lines() : [])
  }

  /** Redraws the changing lines now, after a change. */
  draw(): void {
    if (this.#options.live) this.print()
  }

  #tick(): void {
    this.#frame += 1
    if (this.#options.live) this.draw()
    else this.print(...this.#options.lines())
  }
}
