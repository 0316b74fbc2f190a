import { bound, first } from './bound.ts'
import type { CellRecord, RunRecord, StageRecord, Verdict } from './record.ts'
import { happened } from './words.ts'

/** The run as JUnit XML: a suite for each cell, a test for each stage; what the lab itself broke is an error, not a failure. */
export function renderJunit(record: RunRecord): string {
  const suites = record.cells.map((cell) => ({ cell, tests: testsOf(cell) }))
  const all = suites.flatMap(({ tests }) => tests)
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="dockfault" ${totals(all)} time="${seconds(record.durationMs)}">
${suites.map(({ cell, tests }) => suite(cell, tests, record.startedAt)).join('\n')}
</testsuites>
`
}

type Test = Pick<StageRecord, 'name' | 'verdict' | 'durationMs' | 'summary' | 'mismatches'>

// A cell that did not pass and has no stage to show for it is a test itself, or the failure would be lost.
function testsOf(cell: CellRecord): Test[] {
  const { verdict, stages, durationMs } = cell
  if (stages.length > 0 && (verdict === 'passed' || stages.some((stage) => stage.verdict === verdict))) return stages
  return [...stages, { name: 'cell', verdict, durationMs, summary: cell.reason ?? '', mismatches: [] }]
}

function suite(cell: CellRecord, tests: Test[], startedAt: string): string {
  const { kernel, os, docker, iptables } = cell.facts
  const properties = Object.entries({
    title: cell.title,
    provider: cell.provider,
    accelerator: cell.accelerator,
    os,
    kernel,
    docker,
    iptables,
  })
  const time = startedAt.replace(/(\.\d+)?Z$/, '')
  return `  <testsuite name="${xml(cell.name)}" ${totals(tests)} time="${seconds(cell.durationMs)}" timestamp="${xml(time)}" hostname="${xml(cell.host)}">
    <properties>
${properties.map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`).join('\n')}
    </properties>
${tests.map((test) => testcase(cell, test)).join('\n')}
  </testsuite>`
}

function testcase(cell: CellRecord, test: Test): string {
  const open = `    <testcase classname="${xml(cell.name)}" name="${xml(test.name)}" time="${seconds(test.durationMs)}"`
  const message = `message="${xml(happened(test))}"`
  if (test.verdict === 'passed') return `${open}/>`
  if (test.verdict === 'skipped') return `${open}>\n      <skipped ${message}/>\n    </testcase>`
  const tag = test.verdict === 'broken' ? 'error' : 'failure'
  const { shown, cut } = first(test.mismatches, 200)
  const lines = [...shown, ...(cut ? [`(${cut} more lines cut)`] : []), `Again: ${cell.command}`]
  return `${open}>\n      <${tag} type="${test.verdict}" ${message}>${lines.map(xml).join('\n')}</${tag}>\n    </testcase>`
}

function totals(tests: Test[]): string {
  const count = (verdict: Verdict): number => tests.filter((test) => test.verdict === verdict).length
  return `tests="${tests.length}" failures="${count('failed')}" errors="${count('broken')}" skipped="${count('skipped')}"`
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
}

// XML 1.0 knows neither most controls nor lone surrogates nor U+FFFE and U+FFFF, not even as references.
const xml = (text: string): string =>
  bound(text, 2000)
    .replace(/[\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"'\n]/g, (character) => entities[character]!)
