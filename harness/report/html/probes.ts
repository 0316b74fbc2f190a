import { type Html, html } from '../../lib/html.ts'
import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { type Grid, probeGrid, type Square } from '../grid.ts'
import { count, outcomeSigns } from '../words.ts'
import { part, slug } from './parts.ts'
import { renderSharedResults, type SharedResult, sharedResults } from './shared-results.ts'

/** The probes by stage. The colour is sick or healthy, the sign is the outcome, a frame means unexpected. */
export function renderProbes(cell: CellRecord): Html | false {
  const grid = probeGrid(cell)
  if (grid.rows.length === 0) return false
  const results = sharedResults(grid)
  const id = `cell-${slug(cell.name)}-probe`
  const wrong = grid.rows.flatMap(({ squares }) => squares).filter((square) => square?.mismatch).length
  return part(
    'Probes',
    `${count(grid.rows.length, 'probe')} × ${count(grid.stages.length, 'stage')}${wrong ? `, ${wrong} unexpected` : ', all as expected'}`,
    html`<div class="instrument">
<div class="scroll" tabindex="0" role="region" aria-label="Probes by stage">${table(grid, results, id)}</div>
<div class="aside">
<ul class="legend">
<li><i class="sq healthy">✓</i> as on the healthy host</li>
<li><i class="sq sick">✗</i> different from the healthy host</li>
<li><i class="sq error">!</i> the probe’s tool crashed</li>
<li><i class="sq sick odd">✗</i> not as the scenario expects</li>
<li>A green ✗ is a connection that should fail: isolation.</li>
</ul>
<p class="readout" aria-live="polite"></p>
</div>
</div>
<details class="more"><summary>The output of every probe</summary>${renderSharedResults(grid, results, id)}</details>`,
  )
}

// A square is a bare table cell, because a long report has tens of thousands. A link in its row leads to the output; only
// the few unexpected squares carry their own.
function table({ stages, rows }: Grid, results: readonly SharedResult[], id: string): Html {
  const fixes = stages.findIndex((stage) => stage.startsWith('fix:'))
  const isEdge = (i: number): boolean => i > 0 && i === fixes
  const heads = stages.map((stage, i) => {
    const [fix, rung] = stage.startsWith('fix:') ? stage.slice('fix:'.length).split('+', 2) : [stage]
    const words = rung ? html`<span class="quiet">then</span> ${bound(rung, 60)}` : bound(fix ?? '', 60)
    return html`<th scope="col" title="${bound(stage, 80)}"${isEdge(i) && html` class="edge"`}><span>${words}</span></th>`
  })
  const families = rows.map(({ probe }) => probe.replace(/-?[^-]*$/, ''))
  const body = rows.map(({ probe, squares }, row) => {
    const lineOf = (column?: number): string =>
      `#${id}-${results.findIndex((result) => result.rows.includes(row) && (column === undefined || result.columns.includes(column)))}`
    const tiles = squares.map((square, i) => tile(square, isEdge(i), () => lineOf(i)))
    const air = begins(families, row) && html` class="begins"`
    return html`<tr${air}><th scope="row"><a href="${lineOf()}">${bound(probe, 60)}</a></th>${tiles}</tr>`
  })
  return html`<table class="grid">
<thead>${fixes >= 0 && over(fixes, stages.length)}<tr><td></td>${heads}</tr></thead>
<tbody>${body}</tbody></table>`
}

const over = (fixes: number, all: number): Html => html`<tr class="over"><td colspan="${fixes + 1}"></td>
<th colspan="${all - fixes}" scope="colgroup" class="edge"><span>after a fix</span></th></tr>`

// Puts a gap between families of probes (`egress-…`, `published-…`); probes without a family form one.
function begins(families: string[], row: number): boolean {
  const family = (i: number): string => {
    const name = families[i]!
    return families[i - 1] === name || families[i + 1] === name ? name : ''
  }
  return row > 0 && family(row) !== family(row - 1)
}

function tile(square: Square | undefined, edge: boolean, line: () => string): Html {
  if (!square) return html`<td${edge && html` class="edge"`}></td>`
  const { stage, probe, observed, expected, mismatch, sick, detail } = square
  const state = `${observed === 'error' ? 'error' : sick ? 'sick' : 'healthy'}${edge ? ' edge' : ''}`
  const sign = outcomeSigns[observed]
  if (!mismatch) return html`<td class="${state}">${sign}</td>`
  const words = `${probe} at ${stage}: ${observed}, expected ${expected} · ${bound(detail, 160)}`
  return html`<td class="${state} odd"><a href="${line()}" title="${words}" aria-label="${observed}, expected ${expected}">${sign}</a></td>`
}
