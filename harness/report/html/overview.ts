import { type Html, html } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import type { CellRecord, RunRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { verdictSigns } from '../words.ts'
import { slug } from './parts.ts'

/** All cells of a run: a row for each scenario and variant, a column for each host. */
export function renderOverview({ cells }: RunRecord): Html {
  const hosts = [...new Set(cells.map((cell) => cell.host))]
  const kinds = [...new Set(cells.map(kind))]
  return html`<section class="part" id="cells"><h2>Cells</h2>
<div><div class="scroll" tabindex="0" role="region" aria-label="Cells by scenario and host"><table class="overview">
<thead><tr><td></td>${hosts.map((host) => html`<th scope="col"><code>${bound(host, 60)}</code></th>`)}</tr></thead>
<tbody>${kinds.map((name) => {
    const row = hosts.map((host) => cells.filter((cell) => kind(cell) === name && cell.host === host))
    const [scenario, variant] = name.split('\n')
    return html`<tr><th scope="row"><code>${bound(scenario ?? '', 60)}</code>${variant && html` <code class="quiet">${bound(variant, 60)}</code>`}</th>${row.map((found) => html`<td>${found.map(tile)}</td>`)}</tr>
`
  })}</tbody></table></div></div></section>`
}

const kind = (cell: CellRecord): string => `${cell.scenario}\n${cell.variant ?? ''}`

const tile = (cell: CellRecord): Html =>
  html`<a class="tile ${cell.verdict}" href="#cell-${slug(cell.name)}"${
    cell.reason && html` title="${bound(cell.reason, 200)}"`
  }><i aria-hidden="true">${verdictSigns[cell.verdict]}</i> ${cell.verdict}${cell.verdict !== 'skipped' && html` <small>${duration(cell.durationMs)}</small>`}</a>`
