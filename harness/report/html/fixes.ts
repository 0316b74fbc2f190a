import { type Html, html } from '../../lib/html.ts'
import type { CellRecord, FixRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { type Grid, probeGrid } from '../grid.ts'
import { count, sentence } from '../words.ts'
import { fixClass, lines, part, prose } from './parts.ts'

/** Every fix that was tried, with its effect on the broken host. */
export function renderFixes(cell: CellRecord): Html | false {
  if (cell.fixes.length === 0) return false
  const grid = probeGrid(cell)
  return part(
    'Fixes',
    `${count(cell.fixes.length, 'fix', 'fixes')} tried, each on the broken host`,
    html`<ul class="fixes">${cell.fixes.map((fix) => row(fix, answering(grid, fix)))}</ul>`,
  )
}

function row(fix: FixRecord, answers: string): Html {
  const odd = fix.expected !== fix.observed
  const rungs = Object.entries(fix.ladder)
  return html`<li${odd && html` class="odd"`}>
<div class="outcome">${fixClass(fix.observed)}${odd && html`<span class="expected">expected ${fix.expected}</span>`}</div>
<div>
<h4>${bound(fix.title, 160)} <code>${bound(fix.name, 80)}</code></h4>
<p>${answers} ${prose(sentence(bound(fix.detail, 400)))}</p>
${
  rungs.length > 0 &&
  html`<p class="ladder"><span class="quiet">Then</span> ${rungs.map(
    ([rung, seen]) => html`<span class="rung"><code>${bound(rung, 80)}</code> ${fixClass(seen)}</span>`,
  )}</p>`
}
${fix.steps.length > 0 && html`<ol class="steps">${lines(fix.steps, 20, (step) => html`<li>${step}</li>`)}</ol>`}
</div>
</li>`
}

function answering({ stages, rows }: Grid, fix: FixRecord): string {
  const column = stages.indexOf(`fix:${fix.name}`)
  const squares = rows.flatMap((row) => row.squares[column] ?? [])
  if (squares.length === 0) return ''
  const healthy = squares.filter(({ sick, observed }) => !sick && observed !== 'error').length
  return `${healthy === squares.length ? 'All' : `${healthy} of`} ${count(squares.length, 'probe')} answer as on the healthy host.`
}
