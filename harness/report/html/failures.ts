import { type Html, html } from '../../lib/html.ts'
import { bound } from '../bound.ts'
import type { Failure } from '../failures.ts'
import { count } from '../words.ts'
import { command, lines, prose, slug } from './parts.ts'

/** What did not pass, as sentences: the stage, the expected and the observed result, and the command to enter the host. */
export function renderFailures(failures: readonly Failure[], link: boolean): Html | false {
  if (failures.length === 0) return false
  return html`<section class="failures" aria-label="What did not pass">
${failures.map(
  (failure) => html`<div class="failure ${failure.verdict}">
<h3>${link && html`<a href="#cell-${slug(failure.cell.name)}">${bound(failure.cell.name, 120)}</a> `}${failure.verdict}${
    failure.stage && html` at <code>${bound(failure.stage, 80)}</code>`
  }</h3>
<p>${prose(failure.text)}</p>
${failure.lines.length > 0 && html`<ul class="mismatches">${lines(failure.lines, 24, (line) => html`<li>${contrast(line)}</li>`)}</ul>`}
${failure.enter && html`<p class="enter quiet">To enter a host in this state:</p>${command(failure.enter)}`}
</div>`,
)}
</section>`
}

/** The cells of the command that have no record. */
export function renderMissing(missing: readonly string[] = []): Html | false {
  if (missing.length === 0) return false
  return html`<section class="failures" aria-label="What did not run">
<div class="failure broken">
<h3>${count(missing.length, 'cell')} did not run</h3>
<p>The run was cut short, or a shard is missing.</p>
<ul class="mismatches">${lines(missing, 200, (line) => html`<li><code>${line}</code></li>`)}</ul>
</div>
</section>`
}

// A mismatch mostly has the form "…: expected A, saw B"; then the two parts are shown apart.
function contrast(line: string): Html {
  const match = /^(.+?)\bexpected (“.*?”|.*?), (saw|was|and) (.*)$/s.exec(line)
  if (!match) return html`${line}`
  const [, subject, expected, verb, seen] = match
  return html`<b>${subject?.replace(/:\s*$/, '')}</b> <span class="expected"><span class="quiet">expected</span> ${expected}</span>
<span class="saw"><span class="quiet">${verb}</span> ${seen}</span>`
}
