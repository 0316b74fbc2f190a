import { type Html, html } from '../../lib/html.ts'
import { own } from '../../lib/own.ts'
import { duration } from '../../lib/text.ts'
import { type PastRun, pastRun } from '../../results/history.ts'
import type { RunRecord, Verdict } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { type Change, changesSince } from '../changes.ts'
import { count, verdictOrder, verdictSigns } from '../words.ts'
import { slug } from './parts.ts'

const mostRuns = 30
const mostRows = 40

/** The latest runs of these cells as a strip, with the changes since the last one; false where there were none. */
export function renderHistory(record: RunRecord, past: readonly PastRun[]): Html | false {
  const names = new Set(record.cells.map(({ name }) => name))
  const before = past.filter(
    ({ runId, startedAt, cells }) =>
      runId !== record.runId && startedAt <= record.startedAt && Object.keys(cells).some((name) => names.has(name)),
  )
  if (before.length === 0) return false
  const runs = [...before, pastRun(record)].slice(-mostRuns)
  // Of a run with other cells, only those that it shares with this one count.
  const of = ({ cells }: PastRun): Verdict[] =>
    Object.entries(cells).flatMap(([name, { verdict }]) => (names.has(name) ? [verdict] : []))
  const unsteady = [...names].filter((name) =>
    runs.some(({ cells }) => !['passed', 'skipped'].includes(own(cells, name)?.verdict ?? 'skipped')),
  )
  const rows = unsteady.slice(0, mostRows)
  const cut = unsteady.length - rows.length
  return html`<section class="part"><h2>History<small>${count(runs.length, 'run')}, the last is this one</small></h2><div>
${changes(record, before)}
<div class="scroll" tabindex="0" role="region" aria-label="Verdicts of the last runs"><table class="strip">
<thead><tr><td></td>${runs.map(({ startedAt, runId }) => html`<th scope="col" title="${startedAt}, run ${runId}">${day(startedAt)}</th>`)}</tr></thead>
<tbody><tr><th scope="row">${count(names.size, 'cell')}</th>${runs.map((run) => square(worst(of(run)), `${run.startedAt}: ${tallyText(of(run))}, ${duration(run.durationMs)}`))}</tr>
${rows.map(
  (name) =>
    html`<tr><th scope="row"><a href="#cell-${slug(name)}"><code>${bound(name, 80)}</code></a></th>${runs.map((run) => {
      const cell = own(run.cells, name)
      return cell
        ? square(cell.verdict, `${run.startedAt}: ${cell.verdict}, ${duration(cell.durationMs)}`)
        : html`<td></td>`
    })}</tr>
`,
)}</tbody></table></div>
${cut > 0 && html`<p class="quiet">and ${count(cut, 'more cell')} that did not always pass</p>`}
</div></section>`
}

function changes(record: RunRecord, before: readonly PastRun[]): Html {
  const { worse, better, other, slower, fresh } = changesSince(record, before)
  const list = (what: string, all: readonly Change[]): Html | false =>
    all.length > 0 &&
    html`<li><b>${what}:</b> ${all
      .slice(0, mostRows)
      .map(
        ({ name, before, now }, i) => html`${i > 0 && ', '}${link(name)} <span class="quiet">${before} → ${now}</span>`,
      )}${all.length > mostRows && html`, and ${all.length - mostRows} more`}</li>`
  const lines = [
    list('Worse', worse),
    list('Better', better),
    list('Changed', other),
    slower.length > 0 &&
      html`<li><b>Slower:</b> ${slower
        .slice(0, mostRows)
        .map(
          ({ name, before, now }, i) =>
            html`${i > 0 && ', '}${link(name)} <span class="quiet">${duration(before)} → ${duration(now)}</span>`,
        )}</li>`,
    fresh.length > 0 && html`<li><b>Never run before:</b> ${count(fresh.length, 'cell')}</li>`,
  ].filter((line) => line !== false)
  return lines.length > 0
    ? html`<ul class="changes">${lines}</ul>`
    : html`<p class="changes">Nothing has changed since each cell last ran.</p>`
}

const link = (name: string): Html => html`<a href="#cell-${slug(name)}"><code>${bound(name, 80)}</code></a>`

const square = (verdict: Verdict, title: string): Html =>
  html`<td class="${verdict}" title="${title}"><i aria-hidden="true">${verdictSigns[verdict]}</i><span class="word">${verdict}</span></td>`

// A skipped cell counts only where no cell ran.
const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdictOrder.find((verdict) => verdicts.includes(verdict)) ?? 'skipped'

const tallyText = (verdicts: readonly Verdict[]): string =>
  verdictOrder
    .map((verdict) => ({ verdict, times: verdicts.filter((each) => each === verdict).length }))
    .filter(({ times }) => times > 0)
    .map(({ verdict, times }) => `${times} ${verdict}`)
    .join(', ')

const day = (iso: string): string => iso.slice(5, 10)
