import { type Html, html } from '../../lib/html.ts'
import type { CellRecord } from '../record.ts'
import { lines, part, stageList } from './parts.ts'

const long = 60
const most = 400

/** The lines in which the ruleset of each stage differs from the healthy one; stages that differ alike share them. */
export function renderRulesets({ rulesets }: CellRecord): Html | false {
  if (rulesets.length === 0) return false
  const groups = alike(rulesets)
  return part(
    'Ruleset',
    'against the healthy host',
    html`<div class="rulesets">${[...groups.values()].map(group)}</div>`,
  )
}

function group(same: CellRecord['rulesets']): Html {
  const { removed, added } = same[0]!
  const stages = stageList(same.map(({ stage }) => stage))
  if (removed.length + added.length === 0)
    return html`<p class="same">${stages} <span class="quiet">the same rules</span></p>`
  // What the fault itself did is open; what is left of it after the fixes folds.
  const open = !same[0]!.stage.startsWith('fix:') && removed.length + added.length <= long
  return html`<details${open && html` open`}>
<summary>${stages} ${size(removed, added)}</summary>
<ul class="diff">${lines(removed, most, (line) => html`<li class="del"><code>${line}</code></li>`)}${lines(added, most, (line) => html`<li class="ins"><code>${line}</code></li>`)}</ul>
</details>`
}

function alike(rulesets: CellRecord['rulesets']): Map<string, CellRecord['rulesets']> {
  const groups = new Map<string, CellRecord['rulesets']>()
  for (const ruleset of rulesets) {
    const key = JSON.stringify([ruleset.removed, ruleset.added])
    groups.set(key, [...(groups.get(key) ?? []), ruleset])
  }
  return groups
}

const size = (removed: string[], added: string[]): Html =>
  html`${removed.length > 0 && html`<span class="minus">−${removed.length}</span> `}${added.length > 0 && html`<span class="plus">+${added.length}</span>`}`
