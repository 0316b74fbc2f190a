import { type Html, html } from '../../lib/html.ts'
import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { part, sign, stageWords } from './parts.ts'

/** The texts that the scenario expects in the journal, with the lines that hold them. */
export function renderJournal(cell: CellRecord): Html | false {
  const expectedLines = cell.stages.flatMap(({ name, journal }) =>
    (journal ?? []).map((line) => ({ stage: name, ...line })),
  )
  if (expectedLines.length === 0) return false
  return part(
    'Journal',
    'texts that the scenario expects',
    html`<ul class="journal">${expectedLines.map(
      ({ stage, expected, seen }) => html`<li${seen === undefined && html` class="odd"`}>
${sign(seen === undefined ? 'failed' : 'passed')}
<div><samp>${bound(expected, 300)}</samp> <span class="quiet">at</span> ${stageWords(stage)}
${seen === undefined ? html`<p class="missing">No such line in the journal.</p>` : html`<pre>${marked(bound(seen, 800), expected)}</pre>`}</div></li>`,
    )}</ul>`,
  )
}

function marked(seen: string, expected: string): Html {
  const at = seen.indexOf(expected)
  if (at === -1 || expected === '') return html`${seen}`
  return html`${seen.slice(0, at)}<mark>${expected}</mark>${seen.slice(at + expected.length)}`
}
