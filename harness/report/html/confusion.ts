import { type Html, html } from '../../lib/html.ts'
import { bound } from '../bound.ts'
import { confusion } from '../confusion.ts'
import type { RunRecord } from '../record.ts'
import { count } from '../words.ts'

/** Faults that were there against causes that were named; off the diagonal a detector was wrong. */
export function renderConfusion(record: RunRecord): Html | false {
  const { causes, count: times, wrong } = confusion(record)
  if (!causes.some((there) => causes.some((named) => times(there, named)))) return false
  const name = (cause: string): Html =>
    cause ? html`<code>${bound(cause, 60)}</code>` : html`<span class="quiet">nothing</span>`
  return html`<section class="part"><h2>Detectors<small>${
    wrong ? `${count(wrong, 'time')} wrong` : 'right every time'
  }</small></h2>
<div class="scroll" tabindex="0" role="region" aria-label="Faults against causes named"><table class="confusion">
<thead><tr><td class="corner">was there ↓ &nbsp; named →</td>${causes.map((cause) => html`<th scope="col">${name(cause)}</th>`)}</tr></thead>
<tbody>${causes.map(
    (there) => html`<tr><th scope="row">${name(there)}</th>${causes.map((named) => {
      const n = times(there, named)
      const look = n === 0 ? 'none' : there === named ? 'right' : 'wrong'
      return html`<td class="${look}">${n || '·'}</td>`
    })}</tr>
`,
  )}</tbody></table></div></section>`
}
