import { type Html, html } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import { bound } from '../bound.ts'
import type { Grid, Square } from '../grid.ts'
import { stageList } from './parts.ts'

/** What every probe saw, in full; stages at which it saw the same share a line. Row n has the id `<id>-n`. */
export const renderSeen = ({ rows }: Grid, id: string): Html => html`<table class="seen">
<thead><tr><th scope="col">Probe</th><th scope="col">Stages</th><th scope="col">Outcome</th><th scope="col">Took</th>
<th scope="col">What it saw</th></tr></thead>
${rows.map(
  (
    { probe, squares },
    row,
  ) => html`<tbody id="${id}-${row}">${alike(squares).map((group, i) => line(i === 0 ? probe : '', group))}</tbody>
`,
)}</table>`

function line(probe: string, group: [Square, ...Square[]]): Html {
  const [{ observed, expected, mismatch, detail }] = group
  const times = group.map(({ durationMs }) => durationMs)
  const [least, most] = [duration(Math.min(...times)), duration(Math.max(...times))]
  return html`<tr${mismatch && html` class="odd"`}><th scope="row">${probe && html`<code>${bound(probe, 60)}</code>`}</th>
<td>${stageList(group.map(({ stage }) => stage))}</td>
<td>${observed}${mismatch && html` <b>expected ${expected}</b>`}</td>
<td class="took">${least === most ? least : `${least} to ${most}`}</td>
<td><samp>${bound(detail)}</samp></td></tr>`
}

function alike(squares: readonly (Square | undefined)[]): [Square, ...Square[]][] {
  const groups = new Map<string, [Square, ...Square[]]>()
  for (const square of squares) {
    if (!square) continue
    const key = `${square.observed}\n${square.expected}\n${square.detail}`
    const group = groups.get(key)
    if (group) group.push(square)
    else groups.set(key, [square])
  }
  return [...groups.values()]
}
