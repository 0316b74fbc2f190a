import { type Html, html } from '../../lib/html.ts'
import type { CellRecord } from '../record.ts'
import { lines, part, stageWords } from './parts.ts'

const long = 24
const most = 400

/** The lines in which the ruleset of each stage differs from the healthy one; long ones fold, equal ones are said once. */
export function renderRulesets(cell: CellRecord): Html | false {
  if (cell.rulesets.length === 0) return false
  const seen = new Map<string, string>()
  return part(
    'Ruleset',
    'against the healthy host',
    html`<div class="rulesets">${cell.rulesets.map(({ stage, removed, added }) => {
      if (removed.length + added.length === 0)
        return html`<p class="same">${stageWords(stage)} <span class="quiet">the same rules</span></p>`
      const key = JSON.stringify([removed, added])
      const twin = seen.get(key)
      if (twin !== undefined)
        return html`<p class="same">${stageWords(stage)} ${size(removed, added)} <span class="quiet">the same difference as</span> ${stageWords(twin)}</p>`
      seen.set(key, stage)
      return html`<details${removed.length + added.length <= long && html` open`}>
<summary>${stageWords(stage)} ${size(removed, added)}</summary>
<ul class="diff">${lines(removed, most, (line) => html`<li class="del"><code>${line}</code></li>`)}${lines(added, most, (line) => html`<li class="ins"><code>${line}</code></li>`)}</ul>
</details>`
    })}</div>`,
  )
}

const size = (removed: string[], added: string[]): Html =>
  html`${removed.length > 0 && html`<span class="minus">−${removed.length}</span> `}${added.length > 0 && html`<span class="plus">+${added.length}</span>`}`
