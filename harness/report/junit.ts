import { baseName, type CellRecord, type RunRecord, type StageRecord } from '../results/record.ts'
import { bound, first } from './bound.ts'
import { happened } from './words.ts'

/**
 * The run as JUnit XML that Jenkins accepts (junit.xsd): a suite for each cell, a test for each stage. A failure of the lab
 * itself is an error, not a failure.
 */
export function renderJunit(record: RunRecord): string {
  const suites = record.cells.map((cell) => ({ cell, tests: testsOf(cell) }))
  const missing = record.missing ?? []
  const { tests, failures, errors } = totals([...suites.flatMap(({ tests }) => tests), ...missing.map(absent)])
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="dockfault" tests="${tests}" failures="${failures}" errors="${errors}" time="${seconds(record.durationMs)}">
${[...suites.map(({ cell, tests }) => suite(cell, tests, record.startedAt)), ...missing.map(absence)].join('\n')}
</testsuites>
`
}

// The test that stands for a cell as a whole.
const whole = 'cell'

type Test = Pick<StageRecord, 'name' | 'verdict' | 'durationMs' | 'summary' | 'mismatches'>

// A cell that did not pass gets a test of its own if no stage shows why; otherwise the failure would be lost.
function testsOf(cell: CellRecord): Test[] {
  const { stages, durationMs, reason: summary = '' } = cell
  if (cell.verdict === 'known')
    return stages.map((stage) => (stage.verdict === 'failed' ? { ...stage, verdict: 'skipped', summary } : stage))
  // It passed in the end, but that is not reliable.
  const verdict = cell.verdict === 'flaky' ? 'failed' : cell.verdict
  if (stages.length > 0 && (verdict === 'passed' || stages.some((stage) => stage.verdict === verdict))) return stages
  return [...stages, { name: whole, verdict, durationMs, summary, mismatches: [] }]
}

const absent = (_: string): Test => {
  const summary = 'it has no record: the run was cut short, or a shard is missing'
  return { name: whole, verdict: 'broken', durationMs: 0, summary, mismatches: [] }
}

function absence(name: string): string {
  const test = testcase({ name, command: `npm run scenario ${baseName(name)}` }, absent(name))
  return `  <testsuite name="${xml(name)}" ${attributes(totals([absent(name)]))}>\n${test}\n  </testsuite>`
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
  return `  <testsuite name="${xml(cell.name)}" ${attributes(totals(tests))} time="${seconds(cell.durationMs)}" timestamp="${xml(time)}" hostname="${xml(cell.host)}">
    <properties>
${properties.map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`).join('\n')}
    </properties>
${tests.map((test) => testcase(cell, test)).join('\n')}
  </testsuite>`
}

function testcase(cell: Pick<CellRecord, 'name' | 'command'>, test: Test): string {
  const open = `    <testcase classname="${xml(cell.name)}" name="${xml(test.name)}" time="${seconds(test.durationMs)}"`
  const message = `message="${xml(test.name === whole ? test.summary : happened(test))}"`
  if (test.verdict === 'passed') return `${open}/>`
  if (test.verdict === 'skipped') return `${open}>\n      <skipped ${message}/>\n    </testcase>`
  const tag = test.verdict === 'broken' ? 'error' : 'failure'
  const { shown, cut } = first(test.mismatches, 200)
  const lines = [...shown, ...(cut ? [`(${cut} more lines cut)`] : []), `Run again: ${cell.command}`]
  return `${open}>\n      <${tag} type="${test.verdict}" ${message}>${lines.map(xml).join('\n')}</${tag}>\n    </testcase>`
}

function totals(tests: Test[]) {
  const count = (verdict: Test['verdict']): number => tests.filter((test) => test.verdict === verdict).length
  return { tests: tests.length, failures: count('failed'), errors: count('broken'), skipped: count('skipped') }
}

const attributes = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name}="${count}"`)
    .join(' ')

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
}

// XML 1.0 excludes most control characters, lone surrogates, U+FFFE and U+FFFF, even as references.
const xml = (text: string): string =>
  bound(text, 2000)
    .replace(/[\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"'\n]/g, (character) => entities[character]!)
