import { type Html, html, type Piece } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { failures } from '../failures.ts'
import { headline } from '../headline.ts'
import type { LogTail } from '../logs.ts'
import { story } from '../story.ts'
import { machine, verdictSigns } from '../words.ts'
import { renderDiagnosis } from './diagnosis.ts'
import { renderFacts } from './facts.ts'
import { renderFailures } from './failures.ts'
import { renderFixes } from './fixes.ts'
import { renderJournal } from './journal.ts'
import { renderLogs } from './logs.ts'
import { command, part, prose, slug } from './parts.ts'
import { renderProbes } from './probes.ts'
import { renderRulesets } from './rulesets.ts'
import { renderTimeline } from './timeline.ts'
import { renderWay } from './way.ts'

interface Around {
  /** It is the only cell of the run, so the page shows the run with it. */
  alone: boolean
  claims?: Piece
  logs?: readonly LogTail[] | undefined
}

/** Everything about one cell, in the order of its stages. Among other cells it folds, and is open where it did not pass. */
export function renderCell(cell: CellRecord, around: Around): Html {
  const { alone } = around
  const id = `cell-${slug(cell.name)}`
  if (alone) return html`<article class="cell" id="${id}">${hero(cell, true)}${body(cell, around)}</article>`
  const open = cell.verdict === 'failed' || cell.verdict === 'broken'
  // The id is on the inner element, so that a link to it unfolds the cell without a script.
  return html`<details class="cell" data-verdict="${cell.verdict}" data-host="${bound(cell.host, 60)}" data-scenario="${bound(cell.scenario, 60)}"${open && html` open`}>
<summary>${hero(cell, false)}</summary>
<div class="body" id="${id}">${body(cell, around)}</div>
</details>`
}

function hero(cell: CellRecord, alone: boolean): Html {
  const title = bound(cell.title, 200)
  return html`<header class="hero ${cell.verdict}">
<p class="verdict ${cell.verdict}"><i aria-hidden="true">${verdictSigns[cell.verdict]}</i> ${cell.verdict}
<code>${bound(cell.name, 120)}</code></p>
${alone ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}
<p class="headline">${prose(bound(headline(cell), 300))}</p>
</header>`
}

const body = (cell: CellRecord, { claims, logs }: Around): Html => html`
${renderFailures(failures({ cells: [cell] }), false)}
${about(cell)}
${part('What happened', false, html`<div class="story">${story(cell).map(({ lead, text }) => html`<p><b>${lead}.</b> ${prose(text)}</p>`)}</div>`)}
${renderTimeline(cell)}
${renderProbes(cell)}
${renderWay(cell)}
${renderDiagnosis(cell)}
${renderFixes(cell)}
${claims}
${renderRulesets(cell)}
${renderJournal(cell)}
${renderFacts(cell)}
${renderLogs(cell, logs)}
${part('Run it again', false, command(cell.command))}`

function about(cell: CellRecord): Html {
  const facts: [string, string | undefined][] = [
    ['Host', cell.host],
    ['Scenario', cell.scenario],
    ['Variant', cell.variant],
    ['Write-up', cell.source],
    ['Provider', machine(cell).join(' · ')],
    ['Took', duration(cell.durationMs)],
  ]
  return html`<dl class="about">${facts
    .filter(([, value]) => value)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${bound(value!, 200)}</dd></div>`)}</dl>`
}
