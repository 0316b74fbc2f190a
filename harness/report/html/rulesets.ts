import { groupBy } from '../../lib/group.ts'
import { type Html, html } from '../../lib/html.ts'
import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { type ChainDiff, chainDiffs } from '../ruleset-diff.ts'
import { lines, part, stageList } from './parts.ts'

const long = 60
const most = 400

/** How the ruleset of each stage differs from the healthy one, side by side. Stages with the same difference share it. */
export function renderRulesets({ rulesets }: CellRecord): Html | false {
  if (rulesets.length === 0) return false
  const groups = groupBy(rulesets, ({ removed, added }) => JSON.stringify([removed, added]))
  return part('Ruleset', 'against the healthy host', html`<div class="rulesets">${groups.map(group)}</div>`)
}

function group(same: CellRecord['rulesets']): Html {
  const { removed, added } = same[0]!
  const stages = stageList(same.map(({ stage }) => stage))
  if (removed.length + added.length === 0)
    return html`<p class="same">${stages} <span class="quiet">the same rules</span></p>`
  // The difference made by the fault is open; those after fixes fold.
  const open = !same[0]!.stage.startsWith('fix:') && removed.length + added.length <= long
  const chains = chainDiffs({ removed: removed.slice(0, most), added: added.slice(0, most) })
  const cut = Math.max(0, removed.length - most) + Math.max(0, added.length - most)
  return html`<details${open && html` open`}>
<summary>${stages} ${size(removed, added)}</summary>
<table class="diff"><thead><tr><th scope="col">Only on the healthy host</th><th scope="col">Only now</th></tr></thead>
${chains.map(chain)}</table>${cut > 0 && html`<p class="cut">${cut} more lines cut</p>`}
</details>`
}

// A row for each chain: removed rules face added ones.
const chain = ({ table, chain, removed, added }: ChainDiff): Html => html`<tbody>
<tr><th colspan="2" scope="rowgroup">${table && html`<span class="quiet">${bound(table, 80)}</span> `}${chain ? bound(chain, 80) : html`<span class="quiet">the table</span>`}</th></tr>
<tr>${side('del', 'gone', removed)}${side('ins', 'new', added)}</tr>
</tbody>`

const side = (kind: 'del' | 'ins', word: string, rules: readonly string[]): Html =>
  rules.length === 0
    ? html`<td></td>`
    : html`<td class="${kind}"><ul aria-label="${word}">${lines(rules, most, (rule) => html`<li>${rule}</li>`)}</ul></td>`

const size = (removed: string[], added: string[]): Html =>
  html`${removed.length > 0 && html`<span class="minus">−${removed.length}</span> `}${added.length > 0 && html`<span class="plus">+${added.length}</span>`}`
