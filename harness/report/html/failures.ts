import { type Html, html } from '../../lib/html.ts'
import type { Failure } from '../failures.ts'
import { count } from '../words.ts'
import { command, lines, prose, slug } from './parts.ts'

/** What did not pass, first and as sentences: the stage, what was expected against what was seen, the way in. */
export function renderFailures(failures: readonly Failure[], link: boolean): Html | false {
  if (failures.length === 0) return false
  return html`<section class="failures" aria-label="What did not pass">
${failures.map(
  (failure) => html`<div class="failure ${failure.verdict}">
<h3>${link && html`<a href="#cell-${slug(failure.cell.name)}">${failure.cell.name}</a> `}${failure.verdict}${
    failure.stage && html` at <code>${failure.stage}</code>`
  }</h3>
<p>${prose(failure.text)}</p>
${failure.lines.length > 0 && html`<ul class="mismatches">${lines(failure.lines, 24, (line) => html`<li>${contrast(line)}</li>`)}</ul>`}
${failure.enter && html`<p class="enter quiet">Enter the host as it was then:</p>${command(failure.enter)}`}
</div>`,
)}
</section>`
}

/** The cells that were asked for and have no record. */
export function renderMissing(missing: readonly string[] = []): Html | false {
  if (missing.length === 0) return false
  return html`<section class="failures" aria-label="What did not run">
<div class="failure broken">
<h3>${count(missing.length, 'cell')} did not run</h3>
<p>The run was cut short, or a shard of it is missing.</p>
<ul class="mismatches">${lines(missing, 200, (line) => html`<li><code>${line}</code></li>`)}</ul>
</div>
</section>`
}

// "…: expected A, saw B" is how the harness words a mismatch; the two are set apart where a line has that shape.
function contrast(line: string): Html {
  const match = /^(.+?)\bexpected (“.*?”|.*?), (saw|was|and) (.*)$/s.exec(line)
  if (!match) return html`${line}`
  const [, subject, expected, verb, seen] = match
  return html`<b>${subject?.replace(/:\s*$/, '')}</b> <span class="expected"><span class="quiet">expected</span> ${expected}</span>
<span class="saw"><span class="quiet">${verb}</span> ${seen}</span>`
}
