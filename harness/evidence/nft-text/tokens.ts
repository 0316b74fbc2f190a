/** The words of a rule in a read position. A quoted word keeps its quotes. */
export class Tokens {
  readonly words: readonly string[]
  at = 0

  constructor(words: readonly string[]) {
    this.words = words
  }

  get done(): boolean {
    return this.at >= this.words.length
  }

  /** The next word, which stays; empty at the end. */
  peek(ahead = 0): string {
    return this.words[this.at + ahead] ?? ''
  }

  /** The next word. Throws at the end. */
  next(): string {
    if (this.done) throw new TypeError('the rule ends too early')
    return this.words[this.at++]!
  }

  /** Whether these words come next; then they are taken. */
  take(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.peek(ahead) === word)) return false
    this.at += words.length
    return true
  }

  /** Takes a word that has to come next. Throws where another does. */
  expect(word: string): void {
    if (!this.take(word)) throw new TypeError(`${word} is missing before ${this.peek() || 'the end'}`)
  }

  number(): number {
    const word = this.next()
    if (!/^(\d+|0x[0-9a-f]+)$/i.test(word)) throw new TypeError(`not a number: ${word}`)
    return Number(word)
  }

  text(): string {
    return bare(this.next())
  }
}

/** A word without its quotes. */
export const bare = (word: string): string =>
  word.length > 1 && word.startsWith('"') && word.endsWith('"') ? word.slice(1, -1) : word

/** The words of a line: braces, parentheses and commas stand alone, quoted text is one word. */
export const wordsOf = (line: string): string[] => line.match(/"[^"]*"|[{}(),;]|[^\s{}(),;"]+/g) ?? []
