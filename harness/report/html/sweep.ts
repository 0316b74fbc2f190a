import { type Html, html } from '../../lib/html.ts'
import type { RunRecord } from '../../results/record.ts'
import { sweepResult } from '../../results/sweep.ts'
import { bound } from '../bound.ts'
import { changedWords } from '../look-alikes.ts'
import { needsWords, rowsOf } from '../sweep.ts'
import { count } from '../words.ts'

/** What a sweep has found: the conditions of each symptom, and every combination that ran. Nothing for other runs. */
export function renderSweep({ cells, bisect }: RunRecord): Html | false {
  const result = bisect ? undefined : sweepResult(cells)
  if (!result) return false
  const { space, product, ran, broken, symptoms, before } = result
  const [head = [], ...rows] = rowsOf(result)
  const item = (each: (typeof symptoms)[number]): Html =>
    html`<li>${plain(changedWords(each.changes).join(', '))}: <b>${needsWords(each, space)}</b></li>`
  return html`<section class="part"><h2>Conditions<small>${ran.length} of ${count(product, 'combination')} ran</small></h2>
<div class="scores">
${symptoms.length === 0 ? html`<p>The fault changes no probe under any of these conditions.</p>` : html`<ul>${symptoms.map(item)}</ul>`}
${before.length > 0 && html`<p>Other than on the scenario’s healthy host already before the fault:</p><ul>${before.map(item)}</ul>`}
${broken.length > 0 && html`<p>${count(broken.length, 'combination')} could not be observed: ${broken.map(({ reason }) => bound(reason, 200)).join('; ')}</p>`}
<table class="expectations"><thead><tr>${head.map((name) => html`<th scope="col">${bound(name, 80)}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${plain(cell)}</td>`)}</tr>`)}</tbody></table>
</div></section>`
}

const plain = (text: string): string => bound(text.replaceAll('`', ''), 400)
