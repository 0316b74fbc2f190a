import { type Html, html } from '../../lib/html.ts'
import type { CellRecord, HostFacts } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { part, stageWords } from './parts.ts'

const names: [keyof HostFacts, string][] = [
  ['os', 'System'],
  ['kernel', 'Kernel'],
  ['bootId', 'Boot id'],
  ['docker', 'Docker'],
  ['iptables', 'iptables'],
  ['alternative', 'Alternative'],
]

/** The facts of the host, and those after the last cure that rebooted it, with changes marked. */
export function renderFacts(cell: CellRecord): Html | false {
  const { after, ...before } = cell.facts
  if (!names.some(([key]) => before[key])) return false
  const cure = cell.fixes.find(({ facts }) => facts && after && facts.bootId === after.bootId)
  return part(
    'Host',
    after ? 'changes by a reboot are marked' : bound(cell.host, 80),
    html`<table class="facts">
<thead><tr><td></td><th scope="col">${stageWords('healthy')}</th>${after && html`<th scope="col">${cure ? stageWords(`fix:${cure.name}`) : 'after'}</th>`}</tr></thead>
<tbody>${names.map(([key, name]) => {
      const changed = after && after[key] !== before[key]
      return html`<tr><th scope="row">${name}</th><td><code>${bound(before[key], 120)}</code></td>${
        after &&
        html`<td>${changed ? html`<mark><code>${bound(after[key], 120)}</code></mark>` : html`<span class="quiet">the same</span>`}</td>`
      }</tr>`
    })}</tbody></table>`,
  )
}
