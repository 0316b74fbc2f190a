import { type Html, html } from '../../lib/html.ts'
import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { part, sign, stageWords } from './parts.ts'

/** The journal lines a scenario asked for, and where the host said them. */
export function renderJournal(cell: CellRecord): Html | false {
  const asked = cell.stages.flatMap(({ name, journal }) => (journal ?? []).map((line) => ({ stage: name, ...line })))
  if (asked.length === 0) return false
  return part(
    'Journal',
    'the words the scenario asks for',
    html`<ul class="journal">${asked.map(
      ({ stage, expected, seen }) => html`<li${seen === undefined && html` class="odd"`}>
${sign(seen === undefined ? 'failed' : 'passed')}
<div><samp>${bound(expected, 300)}</samp> <span class="quiet">at</span> ${stageWords(stage)}
${seen === undefined ? html`<p class="unseen">No such line in the journal.</p>` : html`<pre>${marked(bound(seen, 800), expected)}</pre>`}</div></li>`,
    )}</ul>`,
  )
}

function marked(seen: string, expected: string): Html {
  const at = seen.indexOf(expected)
  if (at === -1 || expected === '') return html`${seen}`
  return html`${seen.slice(0, at)}<mark>${expected}</mark>${seen.slice(at + expected.length)}`
}
