import { type Html, html } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import { bound } from '../bound.ts'
import { type Grid, probeGrid, type Square } from '../grid.ts'
import type { CellRecord } from '../record.ts'
import { count, outcomeSigns } from '../words.ts'
import { part, slug, stageWords } from './parts.ts'

/** The probes by stage: colour tells sick from healthy, the sign what was seen, a frame what the scenario did not expect. */
export function renderProbes(cell: CellRecord): Html | false {
  const grid = probeGrid(cell)
  if (grid.rows.length === 0) return false
  const id = `cell-${slug(cell.name)}-probe`
  const wrong = grid.rows.flatMap(({ squares }) => squares).filter((square) => square?.mismatch).length
  return part(
    'Probes',
    `${count(grid.rows.length, 'probe')} × ${count(grid.stages.length, 'stage')}${wrong ? `, ${wrong} unexpected` : ', all as expected'}`,
    html`<div class="scroll" tabindex="0" role="region" aria-label="Probes by stage"><table class="grid">
<thead><tr><td></td>${grid.stages.map((stage) => html`<th scope="col"><span>${stageWords(stage)}</span></th>`)}</tr></thead>
<tbody>${grid.rows.map(
      ({ probe, squares }, row) => html`<tr><th scope="row"><code>${bound(probe, 60)}</code></th>${squares.map(
        (square) => (square ? html`<td>${tile(square, `${id}-${row}`)}</td>` : html`<td></td>`),
      )}</tr>
`,
    )}</tbody></table></div>
<p class="readout" aria-live="polite"></p>
<p class="legend"><i class="sq well">✓</i> as on the healthy host <i class="sq sick">✗</i> not so
<i class="sq error">!</i> the tool crashed <i class="sq sick odd">✗</i> not what the scenario expects.
<span class="quiet">A ✗ in green is a door that must be shut: isolation.</span></p>
<details class="more"><summary>What every probe saw</summary>${everything(grid, id)}</details>`,
  )
}

function tile(square: Square, row: string): Html {
  const { stage, probe, observed, expected, mismatch, sick, detail, durationMs } = square
  const look = observed === 'error' ? 'error' : sick ? 'sick' : 'well'
  const but = mismatch ? `, expected ${expected}` : ''
  const words = `${probe} at ${stage}: ${observed}${but} · ${duration(durationMs)} · ${bound(detail, 160)}`
  return html`<a class="sq ${look}${mismatch && ' odd'}" href="#${row}" tabindex="-1" title="${words}" aria-label="${observed}${but}">${outcomeSigns[observed]}</a>`
}

const everything = ({ rows }: Grid, id: string): Html => html`<table class="seen">
<thead><tr><th scope="col">Probe</th><th scope="col">Stages</th><th scope="col">Outcome</th><th scope="col">Took</th><th scope="col">What it saw</th></tr></thead>
${rows.map(
  ({ probe, squares }, row) =>
    html`<tbody id="${id}-${row}">${alike(squares).map((group, i) => {
      const [square] = group
      const times = group.map(({ durationMs }) => durationMs)
      const [least, most] = [duration(Math.min(...times)), duration(Math.max(...times))]
      return html`<tr${square.mismatch && html` class="odd"`}>
<th scope="row">${i === 0 && html`<code>${bound(probe, 60)}</code>`}</th>
<td>${group.map(({ stage }, i) => html`${i > 0 && ', '}${stageWords(stage)}`)}</td>
<td>${square.observed}${square.mismatch && html` <b>expected ${square.expected}</b>`}</td>
<td class="took">${least === most ? least : `${least} to ${most}`}</td>
<td><samp>${bound(square.detail)}</samp></td></tr>`
    })}</tbody>`,
)}</table>`

// Stages at which a probe saw the same thing share a line.
function alike(squares: readonly (Square | undefined)[]): [Square, ...Square[]][] {
  const groups = new Map<string, [Square, ...Square[]]>()
  for (const square of squares) {
    if (!square) continue
    const key = `${square.observed}\n${square.expected}\n${square.detail}`
    const group = groups.get(key)
    if (group) group.push(square)
    else groups.set(key, [square])
  }
  return [...groups.values()]
}
