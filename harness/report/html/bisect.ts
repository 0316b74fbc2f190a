import { type Html, html } from '../../lib/html.ts'
import { capital } from '../../lib/text.ts'
import { bisectResult } from '../../results/bisect.ts'
import type { RunRecord } from '../../results/record.ts'
import { changeLines, noteLines, nothingWords, openLines, otherwiseWords, pairWords, rangeWords } from '../bisect.ts'
import { bound } from '../bound.ts'

/** What a bisection has found: each pair of neighbours, with the evidence on both. Nothing for other runs. */
export function renderBisect(record: RunRecord): Html | false {
  const result = bisectResult(record)
  if (!result) return false
  const { pairs, observed, versions } = result
  const rest = [...openLines(result), ...noteLines(result)]
  return html`<section class="part"><h2>Versions<small>${observed.length} of ${versions.length} observed</small></h2>
<div class="scores">
<p>${plain(rangeWords(result))}</p>
${pairs.length === 0 && html`<p>${nothingWords(result)}</p>`}
${pairs.map(
  (pair) => html`<h3>${plain(capital(pairWords(pair)))}</h3>
<ul>${changeLines(pair).map((line) => html`<li>${plain(line)}</li>`)}</ul>
<table class="expectations"><thead><tr><th scope="col">version</th><th scope="col">what its host showed</th></tr></thead>
<tbody>${pair.evidence.flatMap(({ version, lines }) =>
    lines.map((line) => html`<tr><td>${plain(version)}</td><td>${plain(line)}</td></tr>`),
  )}</tbody></table>
<p>${plain(otherwiseWords(pair))}</p>`,
)}
${rest.length > 0 && html`<ul>${rest.map((line) => html`<li>${plain(line)}</li>`)}</ul>`}
</div></section>`
}

const plain = (text: string): string => bound(text.replaceAll('`', ''), 400)
