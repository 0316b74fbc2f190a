import { type Html, html } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import { bound } from '../bound.ts'
import type { Grid, Square } from '../grid.ts'
import { stageText } from './parts.ts'

/** What some probes saw alike at some stages, as one line; `rows` and `columns` are those of the grid. */
export interface Sight {
  rows: number[]
  columns: number[]
  squares: [Square, ...Square[]]
}

/** What was seen, each thing once: probes that saw the same at the same stages share a line. */
export function sightsOf({ rows }: Grid): Sight[] {
  const sights = new Map<string, Sight>()
  for (const [row, { squares }] of rows.entries())
    for (const { columns, squares: alike } of alikeInRow(squares)) {
      const key = `${columns}\n${keyOf(alike[0])}`
      const sight = sights.get(key)
      if (sight) {
        sight.rows.push(row)
        sight.squares.push(...alike)
      } else sights.set(key, { rows: [row], columns, squares: alike })
    }
  return [...sights.values()]
}

/** The lines as a table; line n has the id `<id>-n`, and tells the script which squares of the grid it is about. */
export const renderSeen = (
  { stages, rows }: Grid,
  sights: readonly Sight[],
  id: string,
): Html => html`<table class="seen">
<thead><tr><th scope="col">Probes</th><th scope="col">Stages</th><th scope="col">Outcome</th><th scope="col">Took</th>
<th scope="col">What they saw</th></tr></thead>
<tbody>${sights.map((sight, n) => {
  const [{ observed, expected, mismatch }] = sight.squares
  const names = sight.rows.map((row) => bound(rows[row]!.probe, 60)).join(', ')
  const when = sight.columns.length === stages.length ? 'every stage' : stageText(sight.columns.map((i) => stages[i]!))
  return html`<tr id="${id}-${n}" data-of="${sight.rows.join(' ')}" data-at="${sight.columns.join(' ')}"${mismatch && html` class="odd"`}><th scope="row">${names}</th><td>${when}</td>\
<td>${observed}${mismatch && html` <b>expected ${expected}</b>`}</td><td>${took(sight)}</td><td>${words(sight)}</td></tr>`
})}</tbody></table>`

function alikeInRow(squares: readonly (Square | undefined)[]): Omit<Sight, 'rows'>[] {
  const groups = new Map<string, Omit<Sight, 'rows'>>()
  for (const [column, square] of squares.entries()) {
    if (!square) continue
    const group = groups.get(keyOf(square))
    if (group) {
      group.columns.push(column)
      group.squares.push(square)
    } else groups.set(keyOf(square), { columns: [column], squares: [square] })
  }
  return [...groups.values()]
}

// A ping is never equally fast: how long something took does not make it another thing.
const timeless = (detail: string): string => detail.replace(/\d[\d./]*(?= ms\b)/g, '…')
const keyOf = ({ observed, expected, detail }: Square): string => `${observed}\n${expected}\n${timeless(detail)}`

function took({ squares }: Sight): string {
  const times = squares.map(({ durationMs }) => durationMs)
  const [least, most] = [duration(Math.min(...times)), duration(Math.max(...times))]
  return least === most ? least : `${least} to ${most}`
}

const words = ({ squares: [first, ...rest] }: Sight): string =>
  bound(rest.every(({ detail }) => detail === first.detail) ? first.detail : timeless(first.detail))
