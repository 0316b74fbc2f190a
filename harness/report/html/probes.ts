import { type Html, html, type Piece } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import { bound } from '../bound.ts'
import { type Grid, probeGrid, type Square } from '../grid.ts'
import type { CellRecord } from '../record.ts'
import { count, outcomeSigns } from '../words.ts'
import { part, slug } from './parts.ts'
import { renderSeen } from './seen.ts'

/** The probes by stage: colour tells sick from healthy, the sign what was seen, a frame what the scenario did not expect. */
export function renderProbes(cell: CellRecord): Html | false {
  const grid = probeGrid(cell)
  if (grid.rows.length === 0) return false
  const id = `cell-${slug(cell.name)}-probe`
  const wrong = grid.rows.flatMap(({ squares }) => squares).filter((square) => square?.mismatch).length
  return part(
    'Probes',
    `${count(grid.rows.length, 'probe')} × ${count(grid.stages.length, 'stage')}${wrong ? `, ${wrong} unexpected` : ', all as expected'}`,
    html`<div class="instrument">
<div class="scroll" tabindex="0" role="region" aria-label="Probes by stage">${table(grid, id)}</div>
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
<details class="more"><summary>What every probe saw</summary>${renderSeen(grid, id)}</details>`,
  )
}

function table({ stages, rows }: Grid, id: string): Html {
  const fixes = stages.findIndex((stage) => stage.startsWith('fix:'))
  const edge = (i: number): Piece => i > 0 && i === fixes && html` class="edge"`
  const heads = stages.map((stage, i) => {
    const [fix, rung] = stage.startsWith('fix:') ? stage.slice('fix:'.length).split('+', 2) : [stage]
    const words = rung ? html`<span class="quiet">then</span> ${bound(rung, 60)}` : bound(fix ?? '', 60)
    return html`<th scope="col"${edge(i)}><span><code>${words}</code></span></th>`
  })
  const families = rows.map(({ probe }) => probe.replace(/-?[^-]*$/, ''))
  const body = rows.map(({ probe, squares }, row) => {
    const tiles = squares.map((square, i) => html`<td${edge(i)}>${square && tile(square, `${id}-${row}`)}</td>`)
    const air = begins(families, row) && html` class="begins"`
    return html`<tr${air}><th scope="row"><code>${bound(probe, 60)}</code></th>${tiles}</tr>\n`
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

function tile(square: Square, row: string): Html {
  const { stage, probe, observed, expected, mismatch, sick, detail, durationMs } = square
  const look = observed === 'error' ? 'error' : sick ? 'sick' : 'well'
  const but = mismatch ? `, expected ${expected}` : ''
  const words = `${probe} at ${stage}: ${observed}${but} · ${duration(durationMs)} · ${bound(detail, 160)}`
  const odd = mismatch && ' odd'
  // Reached by the arrow keys, or read in the table below: a hundred tab stops would shut the page to a keyboard.
  return html`<a class="sq ${look}${odd}" href="#${row}" tabindex="-1" title="${words}" aria-label="${observed}${but}">${outcomeSigns[observed]}</a>`
}
