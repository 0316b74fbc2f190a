import { clean } from './text.ts'

/** A safe fragment of HTML. Only `html` and `trusted` make one, so data cannot be taken for it. */
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

/** A tagged template that cleans and escapes every value. Arrays are joined, fragments nest, `false` prints nothing. */
export const html = (strings: TemplateStringsArray, ...pieces: Piece[]): Html =>
  new Html(strings.reduce((text, string, i) => text + render(pieces[i - 1]) + string))

/** Our own text, such as a stylesheet or a script, unchanged. Never for data. */
export const trusted = (text: string): Html => new Html(text)

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function render(piece: Piece): string {
  if (piece === false || piece === null || piece === undefined) return ''
  if (piece instanceof Html) return piece.toString()
  if (typeof piece === 'object') return piece.map(render).join('')
  return clean(String(piece)).replace(/[&<>"']/g, (character) => entities[character]!)
}
