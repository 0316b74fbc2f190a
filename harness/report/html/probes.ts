import { type Html, html } from '../../lib/html.ts'
import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { type Grid, probeGrid, type Square } from '../grid.ts'
import { count, outcomeSigns } from '../words.ts'
import { part, slug } from './parts.ts'
import { renderSeen, type Sight, sightsOf } from './seen.ts'

/** The probes by stage: colour tells sick from healthy, the sign what was seen, a frame what the scenario did not expect. */
export function renderProbes(cell: CellRecord): Html | false {
  const grid = probeGrid(cell)
  if (grid.rows.length === 0) return false
  const sights = sightsOf(grid)
  const id = `cell-${slug(cell.name)}-probe`
  const wrong = grid.rows.flatMap(({ squares }) => squares).filter((square) => square?.mismatch).length
  return part(
    'Probes',
    `${count(grid.rows.length, 'probe')} × ${count(grid.stages.length, 'stage')}${wrong ? `, ${wrong} unexpected` : ', all as expected'}`,
    html`<div class="instrument">
<div class="scroll" tabindex="0" role="region" aria-label="Probes by stage">${table(grid, sights, id)}</div>
<div class="aside">
<ul class="legend">
<li><i class="sq well">✓</i> as on the healthy host</li>
<li><i class="sq sick">✗</i> not as on the healthy host</li>
<li><i class="sq error">!</i> the probe’s own tool crashed</li>
<li><i class="sq sick odd">✗</i> not what the scenario expects</li>
<li>A green ✗ is a door that has to be shut: isolation.</li>
</ul>
<p class="readout" aria-live="polite"></p>
</div>
</div>
<details class="more"><summary>What every probe saw</summary>${renderSeen(grid, sights, id)}</details>`,
  )
}

// A square is a bare cell of the table: a long report has tens of thousands of them. What one saw stands in the line its
// row leads to; only the few that the scenario did not expect tell it themselves.
function table({ stages, rows }: Grid, sights: readonly Sight[], id: string): Html {
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
      `#${id}-${sights.findIndex((sight) => sight.rows.includes(row) && (column === undefined || sight.columns.includes(column)))}`
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

// A little air between families of probes (`egress-…`, `published-…`); those that stand alone stand together.
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
  const look = `${observed === 'error' ? 'error' : sick ? 'sick' : 'well'}${edge ? ' edge' : ''}`
  const sign = outcomeSigns[observed]
  if (!mismatch) return html`<td class="${look}">${sign}</td>`
  const words = `${probe} at ${stage}: ${observed}, expected ${expected} · ${bound(detail, 160)}`
  return html`<td class="${look} odd"><a href="${line()}" title="${words}" aria-label="${observed}, expected ${expected}">${sign}</a></td>`
}
