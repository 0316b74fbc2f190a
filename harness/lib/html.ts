import { clean } from './text.ts'

/** A fragment of HTML that is already safe. Only `html` and `trusted` make one, so data can never pass for it. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

export type Piece = Html | string | number | false | null | undefined | readonly Piece[]

/** A tagged template that cleans and escapes all it is given: arrays are joined, fragments nest, `false` shows nothing. */
export const html = (strings: TemplateStringsArray, ...pieces: Piece[]): Html =>
  new Html(strings.reduce((text, string, i) => text + render(pieces[i - 1]) + string))

/** Text of our own (a stylesheet, a script) taken as it is. Never for data. */
export const trusted = (text: string): Html => new Html(text)

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function render(piece: Piece): string {
  if (piece === false || piece === null || piece === undefined) return ''
  if (piece instanceof Html) return piece.toString()
  if (typeof piece === 'object') return piece.map(render).join('')
  return clean(String(piece)).replace(/[&<>"']/g, (character) => entities[character]!)
}
