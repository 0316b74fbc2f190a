import { type Html, html } from '../../lib/html.ts'
import { own } from '../../lib/own.ts'
import { confusion } from '../../results/confusion.ts'
import type { ConfusionRow } from '../../results/detector-record.ts'
import type { RunRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { count } from '../words.ts'

/** The faults that were present against the causes that were named. Off the diagonal a detector was wrong. */
export function renderConfusion(record: RunRecord): Html | false {
  const { detectors, rows, wrong } = record.confusion ?? confusion(record.cells)
  if (rows.length === 0) return false
  const columns = [...detectors, '']
  // Hosts with several causes come after a gap, then hosts on which nothing should be named.
  const body = (some: readonly ConfusionRow[]): Html | false =>
    some.length > 0 &&
    html`<tbody>${some.map(
      (
        row,
      ) => html`<tr><th scope="row"><code>${bound(row.there, 80)}</code></th>${columns.map((cause) => cell(row, cause))}</tr>
`,
    )}</tbody>`
  const name = (cause: string): Html =>
    cause ? html`<code>${bound(cause, 60)}</code>` : html`<span class="quiet">nothing</span>`
  return html`<section class="part"><h2>Detectors<small>${
    wrong ? `${count(wrong, 'time')} wrong` : 'right every time'
  }</small></h2>
<div class="scroll" tabindex="0" role="region" aria-label="Faults against causes named"><table class="confusion">
<thead><tr><td class="corner">present ↓ &nbsp; named →</td>${columns.map((cause) => html`<th scope="col">${name(cause)}</th>`)}</tr></thead>
${body(rows.filter(({ expected }) => expected.length === 1))}${body(rows.filter(({ expected }) => expected.length > 1))}${body(rows.filter(({ expected }) => expected.length === 0))}</table></div></section>`
}

function cell({ expected, times, named, nothing }: ConfusionRow, cause: string): Html {
  const seen = cause ? (own(named, cause) ?? 0) : nothing
  const right = cause ? expected.includes(cause) : expected.length === 0
  if (!right) return seen ? html`<td class="wrong">${seen}</td>` : html`<td class="none">·</td>`
  return seen === times ? html`<td class="right">${seen}</td>` : html`<td class="wrong">${seen} of ${times}</td>`
}
