import type { Diagnosis } from '../../faults/fault.ts'
import { type Html, html, type Piece } from '../../lib/html.ts'
import { bound, first } from '../bound.ts'
import type { CellRecord, DiagnosisRecord } from '../record.ts'
import { sentence } from '../words.ts'
import { fixClass, part, prose, stageWords } from './parts.ts'

/** What the detectors said, on what evidence, and when each of them had to speak or to be silent. */
export function renderDiagnosis(cell: CellRecord): Html | false {
  if (cell.diagnoses.length === 0) return false
  return part(
    'Diagnosis',
    'named blind, from evidence alone',
    html`${distinct(cell).map(({ diagnosis, stages }) => card(diagnosis, stages, cell))}
<table class="spoke"><caption>Every time the detectors ran</caption>
<thead><tr><th scope="col">When</th><th scope="col">Had to name</th><th scope="col">Named</th></tr></thead>
<tbody>${cell.diagnoses.map(row)}</tbody></table>`,
  )
}

function card(diagnosis: Diagnosis, stages: string[], cell: CellRecord): Html {
  const { shown, cut } = first(diagnosis.evidence, 30)
  return html`<article class="card diagnosis">
<h4><code>${bound(diagnosis.cause, 80)}</code>
<span class="tag ${diagnosis.state}">${diagnosis.state === 'latent' ? 'latent: nothing fails yet' : 'active: it fails now'}</span>
<span class="tag">${diagnosis.confidence}</span></h4>
<p class="says">${prose(sentence(bound(diagnosis.summary, 400)))}</p>
<table class="evidence"><caption>Stands on</caption><tbody>${shown.map(
    ({ from, line }) =>
      html`<tr><th scope="row"><code>${bound(from, 160)}</code></th><td><samp>${bound(line)}</samp></td></tr>`,
  )}</tbody></table>
${cut > 0 && html`<p class="cut">${cut} more lines of evidence cut</p>`}
<div class="advice">
${diagnosis.fixes.length > 0 && html`<div><h5>Repaired by</h5><ul>${diagnosis.fixes.map((name) => html`<li><code>${bound(name, 80)}</code> ${proven(name, cell)}</li>`)}</ul></div>`}
${
  diagnosis.nonFixes.length > 0 &&
  html`<div><h5>Not by</h5><ul>${diagnosis.nonFixes.map(
    ({ name, why }) =>
      html`<li><code>${bound(name, 80)}</code> ${proven(name, cell)}<br><span class="why">${sentence(bound(why, 300))}</span></li>`,
  )}</ul></div>`
}
</div>
<p class="quiet said">Said ${stages.map((stage, i) => html`${i > 0 && ', '}${stage.startsWith('fix:') ? '' : 'at '}${stageWords(stage)}`)}.</p>
</article>`
}

// Advice is worth more where this very run has tried it.
const proven = (name: string, cell: CellRecord): Piece => {
  const fix = cell.fixes.find((record) => record.name === name)
  return fix && fixClass(fix.observed)
}

function row({ stage, expected, named }: DiagnosisRecord): Html {
  const right = expected.length === named.length && expected.every((cause) => named.includes(cause))
  // After a fix nothing is demanded of the detectors: what they say there classes the fix.
  const free = stage.startsWith('fix:') && right
  const mark = html`<i class="sign ${right ? 'passed' : 'failed'}" role="img" aria-label="${right ? 'right' : 'wrong'}">${right ? '✓' : '✗'}</i>`
  return html`<tr${!right && html` class="odd"`}><th scope="row">${stageWords(stage)}</th>
<td>${free ? html`<span class="quiet">–</span>` : causes(expected)}</td><td>${!free && mark} ${causes(named)}</td></tr>`
}

const causes = (names: string[]): Piece =>
  names.length
    ? names.map((name, i) => html`${i > 0 && ', '}<code>${bound(name, 80)}</code>`)
    : html`<span class="quiet">nothing</span>`

// The same words at several stages are one card; what is active now stands before what was only latent.
function distinct(cell: CellRecord): { diagnosis: Diagnosis; stages: string[] }[] {
  const cards = new Map<string, { diagnosis: Diagnosis; stages: string[] }>()
  for (const { stage, detail } of cell.diagnoses)
    for (const diagnosis of detail) {
      const key = `${diagnosis.cause}\n${diagnosis.state}`
      const card = cards.get(key) ?? { diagnosis, stages: [] }
      card.stages.push(stage)
      cards.set(key, card)
    }
  return [...cards.values()].sort((a, b) => a.diagnosis.state.localeCompare(b.diagnosis.state))
}
