import { type Html, html } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import { bound } from '../bound.ts'
import type { Grid, Square } from '../grid.ts'
import { stageText } from './parts.ts'

/** A result that several probes share at the same stages, as one line. `rows` and `columns` are those of the grid. */
export interface SharedResult {
  rows: number[]
  columns: number[]
  squares: [Square, ...Square[]]
}

/** Every result once: probes with the same output at the same stages share a line. */
export function sharedResults({ rows }: Grid): SharedResult[] {
  const results = new Map<string, SharedResult>()
  for (const [row, { squares }] of rows.entries())
    for (const { columns, squares: alike } of alikeInRow(squares)) {
      const key = `${columns}\n${keyOf(alike[0])}`
      const result = results.get(key)
      if (result) {
        result.rows.push(row)
        result.squares.push(...alike)
      } else results.set(key, { rows: [row], columns, squares: alike })
    }
  return [...results.values()]
}

/** The lines as a table. Line n has the id `<id>-n`; its data attributes list its squares of the grid for the script. */
export const renderSharedResults = (
  { stages, rows }: Grid,
  results: readonly SharedResult[],
  id: string,
): Html => html`<table class="results">
<thead><tr><th scope="col">Probes</th><th scope="col">Stages</th><th scope="col">Outcome</th><th scope="col">Took</th>
<th scope="col">Output</th></tr></thead>
<tbody>${results.map((result, n) => {
  const [{ observed, expected, mismatch }] = result.squares
  const names = result.rows.map((row) => bound(rows[row]!.probe, 60)).join(', ')
  const when =
    result.columns.length === stages.length ? 'every stage' : stageText(result.columns.map((i) => stages[i]!))
  return html`<tr id="${id}-${n}" data-of="${result.rows.join(' ')}" data-at="${result.columns.join(' ')}"${mismatch && html` class="odd"`}><th scope="row">${names}</th><td>${when}</td>\
<td>${observed}${mismatch && html` <b>expected ${expected}</b>`}</td><td>${took(result)}</td><td>${words(result)}</td></tr>`
})}</tbody></table>`

function alikeInRow(squares: readonly (Square | undefined)[]): Omit<SharedResult, 'rows'>[] {
  const groups = new Map<string, Omit<SharedResult, 'rows'>>()
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

// No two pings are equally fast, so times are left out when results are compared.
const timeless = (detail: string): string => detail.replace(/\d[\d./]*(?= ms\b)/g, '…')
const keyOf = ({ observed, expected, detail }: Square): string => `${observed}\n${expected}\n${timeless(detail)}`

function took({ squares }: SharedResult): string {
  const times = squares.map(({ durationMs }) => durationMs)
  const [least, most] = [duration(Math.min(...times)), duration(Math.max(...times))]
  return least === most ? least : `${least} to ${most}`
}

const words = ({ squares: [first, ...rest] }: SharedResult): string =>
  bound(rest.every(({ detail }) => detail === first.detail) ? first.detail : timeless(first.detail))
