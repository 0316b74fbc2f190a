import { type Html, html } from '../../lib/html.ts'
import type { ClaimRecord } from '../../results/detector-record.ts'
import type { RunRecord } from '../../results/record.ts'
import { bound, first } from '../bound.ts'
import { claimSigns, count, tally } from '../words.ts'

const order = ['confirmed', 'narrowed', 'refuted', 'untested'] as const

/** The claims of the write-ups, each with this run's verdict and evidence. */
export function renderClaims({ claims = [], cells }: RunRecord): Html | false {
  if (claims.length === 0) return false
  const sources = [...new Set(claims.map(({ source }) => source))].sort()
  const sum = tally(
    claims.map(({ verdict }) => verdict),
    order,
  )
  return html`<section class="part"><h2>Claims<small>of the write-ups, judged by this run: ${sum}</small></h2>
<div class="claims">${sources.map((source) => {
    const own = claims.filter((claim) => claim.source === source)
    return writeUp(source, own, cells.length > 1)
  })}</div></section>`
}

function writeUp(source: string, claims: readonly ClaimRecord[], many: boolean): Html {
  const tested = claims.filter(({ verdict }) => verdict !== 'untested')
  const rest = claims.filter(({ verdict }) => verdict === 'untested')
  return html`<section><h3>Write-up ${bound(source, 10)}</h3>
${tested.length > 0 && html`<ul>${tested.map((claim) => row(claim, many))}</ul>`}
${
  rest.length > 0 &&
  html`<details class="more"><summary>${count(rest.length, 'claim')} that this run did not test</summary>
<ul>${rest.map((claim) => row(claim, many))}</ul></details>`
}</section>`
}

function row({ id, verdict, claim, note, evidence }: ClaimRecord, many: boolean): Html {
  const observations = grouped(evidence)
  const { shown, cut } = first(observations, 40)
  return html`<li><div>${pill(verdict)}</div><div>
<p class="claim">${bound(claim, 400)}</p>
${note && html`<p class="note">${bound(note, 600)}</p>`}
<details${(!many || verdict === 'refuted') && html` open`}><summary>${count(observations.length, 'observation')} <code>${bound(id, 80)}</code></summary>
<ul class="observations">${shown.map(
    ({ what, where }) =>
      html`<li><samp>${bound(what)}</samp> ${where.length > 0 && many && html`<span class="quiet">${cellsText(where)}</span>`}</li>`,
  )}${cut > 0 && html`<li class="cut">${cut} more cut</li>`}</ul></details>
</div></li>`
}

const pill = (verdict: ClaimRecord['verdict']): Html =>
  html`<span class="class ${verdict}"><i aria-hidden="true">${claimSigns[verdict]}</i>${verdict}</span>`

const cellsText = (cells: readonly string[]): Html =>
  cells.length > 3
    ? html`<span title="${cells.join(', ')}">in ${cells.length} cells</span>`
    : html`in ${cells.map((cell, i) => html`${i > 0 && ', '}<code>${bound(cell, 80)}</code>`)}`

// A line of evidence begins with its cell. Lines that are the same in several cells are shown once.
function grouped(evidence: readonly string[]): { what: string; where: string[] }[] {
  const groups = new Map<string, string[]>()
  for (const line of evidence) {
    const [, cell, what] = /^([^\s,]+), (.*)$/s.exec(line) ?? []
    const cells = groups.get(what ?? line) ?? []
    if (cell) cells.push(cell)
    groups.set(what ?? line, cells)
  }
  return [...groups].map(([what, where]) => ({ what, where }))
}
