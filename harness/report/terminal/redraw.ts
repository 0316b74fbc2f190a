export const frames = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
export const frameMs = 100

/** The foot of a terminal: lines that stay are printed above it, and it is drawn anew below them. */
export class Redraw {
  readonly #stream: NodeJS.WriteStream
  #drawn = 0

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  /** One column is left free: a line that wrapped could not be erased. */
  get columns(): number {
    return Math.max(0, (this.#stream.columns || 80) - 1)
  }

  get rows(): number {
    return this.#stream.rows || 24
  }

  /** Erases the foot, prints what stays, and draws the foot; without a foot nothing is left to erase. */
  draw(stay: readonly string[], foot: readonly string[]): void {
    // Up over what was drawn, and all below it erased.
    const erased = this.#drawn > 0 ? `\x1b[${this.#drawn}A\r\x1b[J` : ''
    this.#drawn = foot.length
    const text = `${erased}${[...stay, ...foot].map((line) => `${line}\n`).join('')}`
    if (text !== '') this.#stream.write(text)
  }
}
