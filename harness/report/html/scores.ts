import { type Html, html } from '../../lib/html.ts'
import { own } from '../../lib/own.ts'
import type { ScoreRecord, ScoreRow } from '../../results/detector-record.ts'
import type { RunRecord } from '../../results/record.ts'
import { sickWord } from '../../scoring/adapter.ts'
import { bound } from '../bound.ts'
import { count, share } from '../words.ts'

/** The score of each detector, ours first, and the confusion matrix of each outside one. */
export function renderScores({ scores = [] }: Pick<RunRecord, 'scores'>): Html | false {
  if (scores.length === 0) return false
  return html`<section class="part"><h2>Scores<small>of our detectors and of outside ones, on the same hosts</small></h2>
<div class="scores">${overall(scores)}${byCause(scores)}${scores.slice(1).map(matrix)}</div></section>`
}

const columns = ['precision', 'recall', 'sick hosts found', 'healthy hosts found', 'verdict right', 'errors']

const overall = (scores: readonly ScoreRecord[]): Html =>
  table(
    'Scores by detector',
    html`<tr><td></td>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr>`,
    scores.map(
      ({ detector, causes, sick, healthy, errors }) => html`<tr><th scope="row">${name(detector)}</th>${[
        share(causes.right, causes.named),
        share(causes.right, causes.there),
        share(sick.right, sick.there),
        share(healthy.right, healthy.there),
        share(sick.right + healthy.right, sick.there + healthy.there),
        errors,
      ].map((figure) => html`<td>${figure}</td>`)}</tr>
`,
    ),
    html`<p>Precision: how many of the named causes were present. Recall: how many of the present causes were named. The answer
<code>${sickWord}</code> names no cause, so it counts only for the verdict. An error is never right.</p>`,
  )

function byCause(scores: readonly ScoreRecord[]): Html | false {
  const causes = [...new Set(scores.flatMap((score) => Object.keys(score.byCause)))]
  return (
    causes.length > 0 &&
    table(
      'Precision and recall by cause',
      html`<tr><td class="corner">precision · recall</td>${scores.map(({ detector }) => html`<th scope="col">${name(detector)}</th>`)}</tr>`,
      causes.map(
        (cause) => html`<tr><th scope="row">${name(cause)}</th>${scores.map((score) => {
          const { there, named, right } = own(score.byCause, cause) ?? { there: 0, named: 0, right: 0 }
          return html`<td>${share(right, named)} · ${share(right, there)}</td>`
        })}</tr>
`,
      ),
    )
  )
}

function matrix({ detector, title, times, skipped, rows }: ScoreRecord): Html {
  const causes = [...new Set(rows.flatMap(({ named }) => Object.keys(named)))].filter((cause) => cause !== sickWord)
  const named = rows.some((row) => row.named[sickWord]) ? [...causes, sickWord] : causes
  const reasons = Object.entries(skipped).map(([why, n]) => `skipped ${count(n, 'time')}: ${bound(why, 300)}`)
  return html`<details><summary>What ${name(detector)} named in ${count(times, 'run')}: ${bound(title, 200)}</summary>
${table(
  `Faults against what ${detector} named`,
  html`<tr><td class="corner">present ↓ &nbsp; named →</td>${named.map((cause) => html`<th scope="col">${name(cause)}</th>`)}<th scope="col"><span class="quiet">nothing</span></th><th scope="col"><span class="quiet">error</span></th></tr>`,
  rows.map(
    (
      row,
    ) => html`<tr><th scope="row">${name(row.there)}</th>${named.map((cause) => cell(row, cause))}${square(row.nothing, !row.sick)}${square(row.errors, false)}</tr>
`,
  ),
)}${reasons.map((line) => html`<p>${line}</p>`)}</details>`
}

const cell = ({ named, expected, sick }: ScoreRow, cause: string): Html =>
  square(own(named, cause) ?? 0, cause === sickWord ? sick : expected.includes(cause))

const square = (seen: number, right: boolean): Html =>
  seen ? html`<td class="${right ? 'right' : 'wrong'}">${seen}</td>` : html`<td class="none">·</td>`

const table = (label: string, head: Html, rows: readonly Html[], after?: Html): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${bound(label, 100)}"><table class="confusion">
<thead>${head}</thead><tbody>${rows}</tbody></table></div>${after}`

const name = (text: string): Html => html`<code>${bound(text, 60)}</code>`
