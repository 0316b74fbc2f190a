import { groupBy } from '../../lib/group.ts'
import { type Html, html, type Piece } from '../../lib/html.ts'
import type { CellRecord, DiagnosisRecord, NamedCause } from '../../results/record.ts'
import { bound, first } from '../bound.ts'
import { count, sentence } from '../words.ts'
import { fixClass, part, prose, stageList } from './parts.ts'

/** The causes that the detectors named, their evidence, and what they should have named at each stage. */
export function renderDiagnosis(cell: CellRecord): Html | false {
  if (cell.diagnoses.length === 0) return false
  return part(
    'Diagnosis',
    'from evidence alone',
    html`${distinct(cell).map((each) => card(each, cell))}${expectations(cell.diagnoses)}`,
  )
}

// After a fix nothing is expected of the detectors; what they name decides the class of the fix, and folds.
function expectations(diagnoses: readonly DiagnosisRecord[]): Html {
  const table = (some: readonly DiagnosisRecord[], required: boolean): Html => html`<table class="expectations">
<thead><tr><th scope="col">Stage</th>${required && html`<th scope="col">Expected</th>`}<th scope="col">Named</th>\
<th scope="col">Verdict</th></tr></thead>
<tbody>${alike(some).map((each) => row(each, required))}</tbody></table>`
  const free = diagnoses.filter((each) => each.stage.startsWith('fix:') && right(each))
  return html`${table(
    diagnoses.filter((each) => !free.includes(each)),
    true,
  )}
${free.length > 0 && html`<details class="more"><summary>After ${count(free.length, 'fix', 'fixes')}</summary>${table(free, false)}</details>`}`
}

// Stages with the same expectation and result share a row.
const alike = (diagnoses: readonly DiagnosisRecord[]): DiagnosisRecord[][] =>
  groupBy(diagnoses, ({ expected, named, verdict, unexplained }) =>
    JSON.stringify([expected, named, verdict, unexplained]),
  )

interface Card {
  diagnosis: NamedCause
  stages: string[]
  /** The active diagnosis of the same cause, where this one was latent. */
  later?: NamedCause | undefined
}

// Stages with the same diagnosis share a card. Active causes come before latent ones.
function distinct(cell: CellRecord): Card[] {
  const cards = new Map<string, Card>()
  for (const { stage, detail } of cell.diagnoses)
    for (const diagnosis of detail) {
      const key = `${diagnosis.cause}\n${diagnosis.state}`
      const card = cards.get(key) ?? { diagnosis, stages: [] }
      card.stages.push(stage)
      cards.set(key, card)
    }
  for (const card of cards.values())
    if (card.diagnosis.state === 'latent') card.later = cards.get(`${card.diagnosis.cause}\nactive`)?.diagnosis
  return [...cards.values()].sort((a, b) => a.diagnosis.state.localeCompare(b.diagnosis.state))
}

function card({ diagnosis, stages, later }: Card, cell: CellRecord): Html {
  const { cause, state, confidence, summary } = diagnosis
  const head = html`<h4><code>${bound(cause, 80)}</code>
<span class="tag ${state}">${state === 'latent' ? 'latent: nothing fails yet' : 'active: something fails now'}</span>
<span class="tag">${confidence}</span></h4>
<p class="summary">${prose(sentence(bound(summary, 400)))}</p>`
  const rest = html`${evidence(diagnosis)}${later && sameAdvice(diagnosis, later) ? false : advice(diagnosis, cell)}\
<p class="quiet stages">Named ${stagesText(stages)}.</p>`
  // The latent card of a cause that became active folds: its evidence is much the same, and often its remedies too.
  return later
    ? html`<details class="card"><summary>${head}</summary>${rest}</details>`
    : html`<article class="card">${head}${rest}</article>`
}

function stagesText(stages: readonly string[]): Html {
  const before = stages.filter((stage) => !stage.startsWith('fix:'))
  const after = stages.length - before.length
  if (before.length === 0) return stageList(stages)
  return html`at ${stageList(before)}${after > 0 && `, and ${count(after, 'time')} after a fix`}`
}

function evidence({ evidence }: NamedCause): Html {
  const { shown, cut } = first(evidence, 30)
  // Successive lines from the same command share its name.
  const rows = shown.map(({ from, line }, i) => {
    const again = shown[i - 1]?.from === from
    const source = again ? html`<td></td>` : html`<th scope="row">${bound(from, 160)}</th>`
    return html`<tr${again && html` class="again"`}>${source}<td>${bound(line)}</td></tr>`
  })
  return html`<table class="evidence"><caption>Evidence</caption><tbody>${rows}</tbody></table>
${cut > 0 && html`<p class="cut">${cut} more lines of evidence cut</p>`}`
}

const sameAdvice = (a: NamedCause, b: NamedCause): boolean =>
  JSON.stringify([a.fixes, a.nonFixes]) === JSON.stringify([b.fixes, b.nonFixes])

function advice({ fixes, nonFixes }: NamedCause, cell: CellRecord): Html {
  const named = (name: string): Html => html`<code>${bound(name, 80)}</code> ${proven(name, cell)}`
  const cures = fixes.map((name) => html`<li>${named(name)}</li>`)
  const others = nonFixes.map(
    ({ name, why }) => html`<li>${named(name)}<br><span class="why">${sentence(bound(why, 300))}</span></li>`,
  )
  return html`<div class="advice">
${cures.length > 0 && html`<div><h5>Remedies</h5><ul>${cures}</ul></div>`}
${others.length > 0 && html`<div><h5>Does not help</h5><ul>${others}</ul></div>`}
</div>`
}

// The class of a fix, where this run has tried it.
const proven = (name: string, cell: CellRecord): Piece => {
  const fix = cell.fixes.find((record) => record.name === name)
  return fix && fixClass(fix.observed)
}

const right = ({ expected, named, verdict }: DiagnosisRecord): boolean =>
  expected.length === named.length &&
  expected.every((cause) => named.includes(cause)) &&
  verdict?.expected === verdict?.seen

function row(alike: readonly DiagnosisRecord[], required: boolean): Html {
  const [one] = alike as [DiagnosisRecord]
  const when = html`<th scope="row">${stageList(alike.map(({ stage }) => stage))}</th>`
  if (!required) return html`<tr>${when}<td>${causes(one.named)}</td>${hostCell(one)}</tr>`
  const mark = right(one)
    ? html`<i class="sign passed" role="img" aria-label="right">✓</i>`
    : html`<i class="sign failed" role="img" aria-label="wrong">✗</i>`
  return html`<tr${!right(one) && html` class="odd"`}>${when}<td>${causes(one.expected)}</td><td>${mark} ${causes(one.named)}</td>${hostCell(one)}</tr>`
}

/** The verdict on the host, with the unexplained symptoms. */
function hostCell({ verdict, unexplained = [] }: DiagnosisRecord): Html {
  if (!verdict) return html`<td></td>`
  const wrong = verdict.seen !== verdict.expected && html`, expected ${verdict.expected}`
  const rest = first(unexplained, 4).shown.map(
    (line) => html`<br><span class="why">${sentence(bound(line, 300))}</span>`,
  )
  return html`<td>${verdict.seen}${wrong}${rest.length > 0 && html`; unexplained:`}${rest}</td>`
}

const causes = (names: string[]): Piece =>
  names.length
    ? names.map((name, i) => html`${i > 0 && ', '}<code>${bound(name, 80)}</code>`)
    : html`<span class="quiet">nothing</span>`
