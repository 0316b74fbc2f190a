import { elapsed } from './elapsed.ts'
import { LiveLines } from './live-lines.ts'
import { type Paint, within } from './paint.ts'

interface Running {
  cell: string
  stage: string
  since: number
  line: string
  width: number
}

/** Permanent lines, and below them one line for each running stage, redrawn if `live`. */
export class Screen {
  readonly #paint: Paint
  readonly #view: LiveLines
  // In the order of their start; a cell may run several stages.
  #running: Running[] = []

  constructor(stream: NodeJS.WriteStream, paint: Paint, live: boolean) {
    this.#paint = paint
    this.#view = new LiveLines(stream, { live, pulseMs: 20_000, lines: () => this.#lines() })
  }

  /** Prints permanent lines above the running stages. */
  print(...lines: string[]): void {
    this.#view.print(...lines)
  }

  start(cell: string, stage: string, width: number): void {
    this.#running.push({ cell, stage, since: Date.now(), line: '', width })
    this.#view.start()
    this.#view.draw()
  }

  progress(cell: string, line: string, stage?: string): void {
    const running = this.#running.find((each) => each.cell === cell && (stage === undefined || each.stage === stage))
    if (running) running.line = line
  }

  /** Ends a stage of a cell, or all its stages; gives whether several cells were running. */
  end(cell: string, stage?: string): boolean {
    const among = this.#hasSeveralCells()
    this.#running = this.#running.filter((each) => each.cell !== cell || (stage !== undefined && each.stage !== stage))
    if (this.#running.length === 0) this.#view.stop()
    else this.#view.draw()
    return among
  }

  close(): void {
    this.#running = []
    this.#view.stop()
  }

  #hasSeveralCells(): boolean {
    return new Set(this.#running.map(({ cell }) => cell)).size > 1
  }

  #lines(): string[] {
    const among = this.#hasSeveralCells()
    const { columns, spinner } = this.#view
    return this.#running.map(({ cell, stage, since, line, width }) => {
      const took = elapsed(Date.now() - since).padStart(11)
      const head = `  ${spinner} ${among ? `${cell} ` : ''}${stage.padEnd(width)}  ${took}  `
      const rest = within(line, columns - head.length)
      return `${this.#paint.cyan(within(head, columns))}${this.#paint.dim(rest)}`
    })
  }
}
