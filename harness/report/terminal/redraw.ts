import { inert } from './inert.ts'

/** The footer of a terminal. Permanent lines are printed above it, then it is drawn again below them. */
export class Redraw {
  readonly #stream: NodeJS.WriteStream
  #drawn = 0

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  /** The usable columns; one stays free, because a line that wraps could not be erased. */
  get columns(): number {
    return Math.max(0, (this.#stream.columns || 80) - 1)
  }

  get rows(): number {
    return this.#stream.rows || 24
  }

  /** Erases the footer, prints the permanent lines, and draws the new footer, which may be empty. */
  draw(stay: readonly string[], foot: readonly string[]): void {
    // Move up over the old footer and erase everything below.
    const erased = this.#drawn > 0 ? `\x1b[${this.#drawn}A\r\x1b[J` : ''
    this.#drawn = foot.length
    const text = `${erased}${[...stay, ...foot].map((line) => `${inert(line)}\n`).join('')}`
    if (text !== '') this.#stream.write(text)
  }
}
