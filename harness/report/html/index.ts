import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Html, html, trusted } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import { cost } from '../../results/cost.ts'
import type { PastRun } from '../../results/history.ts'
import type { RunRecord, Verdict } from '../../results/record.ts'
import { brokenTries } from '../../results/verdict.ts'
import { bound } from '../bound.ts'
import { failures } from '../failures.ts'
import type { Logs } from '../logs.ts'
import { count, verdictOrder, verdictSigns } from '../words.ts'
import { renderBisect } from './bisect.ts'
import { renderCell } from './cell.ts'
import { renderClaims } from './claims.ts'
import { renderConfusion } from './confusion.ts'
import { renderFailures, renderMissing } from './failures.ts'
import { renderHistory } from './history.ts'
import { renderOverview } from './overview.ts'
import { command } from './parts.ts'
import { renderScores } from './scores.ts'
import { renderSweep } from './sweep.ts'

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
// The order matters: later sheets override earlier ones.
const sheets = [
  'base',
  'page',
  'failures',
  'timeline',
  'probes',
  'way',
  'diagnosis',
  'fixes',
  'claims',
  'scores',
  'records',
  'logs',
  'cells',
  'history',
  'media',
]
const style = sheets.map((name) => read(`./style/${name}.css`)).join('\n')
const script = read('./enhance.js')
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
// Only these two texts may act on the page, whatever a host printed.
const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; img-src data:; base-uri 'none'; form-action 'none'`

/**
 * The whole report as one self-contained page, which is complete without scripts. `past` are earlier runs, oldest first;
 * `logs` are the files beside the record.
 */
export function renderHtml(record: RunRecord, past: readonly PastRun[] = [], logs: Logs = new Map()): string {
  const [only] = record.cells
  const single = record.cells.length === 1 && only
  const subject = single ? bound(single.name, 120) : count(record.cells.length, 'cell')
  const urgent = (verdict: Verdict): number => verdictOrder.indexOf(verdict)
  const bad = failures(record).toSorted((a, b) => urgent(a.cell.verdict) - urgent(b.cell.verdict))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${verdictSigns[record.verdict]} ${subject} ${record.verdict} · dockfault</title>
<link rel="icon" href="data:image/svg+xml,${icon(record.verdict)}">
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top">
<b>dockfault</b>
<span class="run"><span class="quiet">run</span> <code>${bound(record.runId, 80)}</code></span>
<time datetime="${bound(record.startedAt, 40)}">${when(bound(record.startedAt, 40))}</time>
<span>${duration(record.durationMs)}</span>
</header>
<main id="main">
${single ? renderCell(single, { alone: true, claims: [renderBisect(record), renderSweep(record), renderScores(record), renderClaims(record), renderHistory(record, past)], logs: logs.get(single.name) }) : many(record, bad, past, logs)}
</main>
<footer>
<p>Made from <a href="record.json">record.json</a>. The same folder holds <a href="junit.xml">junit.xml</a> and the logs of
each host. This page loads nothing from elsewhere.</p>
</footer>
<script>${trusted(script)}</script>
</body>
</html>
`.toString()
}

function many(record: RunRecord, bad: ReturnType<typeof failures>, past: readonly PastRun[], logs: Logs): Html {
  const broken = brokenTries(record)
  const spent = cost(record)
  const tally = verdictOrder
    .map((verdict) => ({ verdict, cells: record.cells.filter((cell) => cell.verdict === verdict).length }))
    .filter(({ cells }) => cells > 0)
  const sorted = [...record.cells].sort((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict))
  return html`<header class="hero ${record.verdict}">
<p class="verdict ${record.verdict}"><i aria-hidden="true">${verdictSigns[record.verdict]}</i> ${record.verdict}</p>
<h1>${count(record.cells.length, 'cell')}: ${tally.map(({ verdict, cells }, i) => `${i ? ', ' : ''}${cells} ${verdict}`)}</h1>
${broken > 0 && html`<p class="headline">The lab itself broke ${count(broken, 'time')} and ran the cell again.</p>`}
${spent && html`<p class="headline">${spent}</p>`}
</header>
${renderFailures(bad, true)}
${renderMissing(record.missing)}
${renderBisect(record)}
${renderSweep(record)}
${renderOverview(record)}
${renderHistory(record, past)}
${renderConfusion(record)}
${renderScores(record)}
${renderClaims(record)}
<section class="part"><h2>Run it again</h2><div>${command(record.command)}</div></section>
${sorted.map((cell) => renderCell(cell, { alone: false, logs: logs.get(cell.name) }))}`
}

const when = (iso: string): string => iso.replace('T', ' ').replace(/(:\d\d)(:\d\d(\.\d+)?)?Z$/, '$1 UTC')

const icon = (verdict: Verdict): string => {
  const fill = {
    passed: '%231f8a54',
    failed: '%23cf3a2e',
    broken: '%23b7791f',
    skipped: '%238a939e',
    flaky: '%237c4fc9',
    known: '%233b72c4',
  }[verdict]
  return `%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='${fill}'/%3E%3C/svg%3E`
}
