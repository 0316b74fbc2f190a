import { appendFileSync } from 'node:fs'
import { duration } from '../lib/text.ts'
import type { CellRecord, RunRecord } from '../results/record.ts'
import { brokenTries } from '../results/verdict.ts'
import { bound } from './bound.ts'
import { failures } from './failures.ts'
import { headline } from './headline.ts'
import { count, tally, verdictOrder, verdictSigns } from './words.ts'

// GitHub shows ten errors of a step; the summary has the others.
const mostAnnotations = 10
const mostRows = 300

/** On GitHub's runners: annotates what did not pass at the line of its scenario, and writes the run's job summary. */
export function reportToGithub(
  record: RunRecord,
  { annotate, stream = process.stderr, env = process.env }: ReportOptions,
): void {
  if (env.GITHUB_ACTIONS !== 'true') return
  if (annotate) for (const line of annotations(record)) stream.write(`${line}\n`)
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${jobSummary(record)}\n`)
}

interface ReportOptions {
  annotate: boolean
  stream?: Pick<NodeJS.WriteStream, 'write'>
  env?: NodeJS.ProcessEnv
}

/** A workflow command for each cell that did not pass, most urgent first: `::error file=…,line=…,title=…::…`. */
export function annotations(record: Pick<RunRecord, 'cells'>): string[] {
  const bad = record.cells.filter((cell) => failures({ cells: [cell] }).length > 0)
  const byUrgency = bad.toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict))
  return byUrgency.slice(0, mostAnnotations).map((cell) => {
    // For an outdated entry of known-issues.yaml, the line of that entry.
    const where = cell.knownIssue?.where ?? cell.where
    const location = where && !where.file.startsWith('/') ? { file: where.file, line: String(where.line) } : {}
    const title = `${bound(cell.name, 120)} ${cell.verdict}`
    const level = cell.verdict === 'flaky' ? 'warning' : 'error'
    const properties = Object.entries({ ...location, title }).map(([name, value]) => `${name}=${property(value)}`)
    return `::${level} ${properties.join(',')}::${message(words(cell))}`
  })
}

function words(cell: CellRecord): string {
  const causesOfFailure = failures({ cells: [cell] })
  const lines = causesOfFailure.flatMap(({ stage, text, lines }) => [
    `${stage ? `${stage}: ` : ''}${text}`,
    ...lines.slice(0, 5),
  ])
  return [...lines.map((line) => bound(line, 300)), `Run again: ${bound(cell.command, 300)}`].join('\n')
}

// These characters would end a command or one of its properties.
const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => message(bound(text, 200)).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** The run as Markdown: its verdict, what did not pass, and a table of cells. */
export function jobSummary(record: RunRecord): string {
  const { cells, missing = [], verdict } = record
  const sum = tally(
    cells.map((cell) => cell.verdict),
    verdictOrder,
  )
  const bad = failures(record)
  const broken = brokenTries(record)
  const sorted = cells.toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict))
  return [
    `## ${verdictSigns[verdict]} ${verdict}: ${count(cells.length, 'cell')} in ${duration(record.durationMs)}`,
    '',
    [
      sum,
      missing.length > 0 && `${missing.length} did not run`,
      broken > 0 && `the lab itself broke ${count(broken, 'time')} and tried again`,
    ]
      .filter(Boolean)
      .join(', '),
    ...(missing.length > 0 ? ['', `Did not run: ${missing.map((name) => code(name)).join(', ')}`] : []),
    ...bad.flatMap(({ cell, stage, text, lines }) => [
      '',
      `**${code(cell.name)}**${stage ? ` at ${code(stage)}` : ''}: ${safe(text)}`,
      ...lines.slice(0, 10).map((line) => `- ${code(bound(line, 300))}`),
    ]),
    '',
    '<details><summary>All cells</summary>',
    '',
    '| | cell | took | |',
    '| --- | --- | --- | --- |',
    ...sorted.slice(0, mostRows).map((cell) => {
      const took = cell.verdict === 'skipped' ? '' : duration(cell.durationMs)
      return `| ${verdictSigns[cell.verdict]} ${cell.verdict} | ${code(cell.name)} | ${took} | ${safe(headline(cell))} |`
    }),
    ...(sorted.length > mostRows ? ['', `and ${count(sorted.length - mostRows, 'cell')} more`] : []),
    '',
    '</details>',
  ].join('\n')
}

// Text of a host stays text: no markup, no link, no escape from a table cell.
const safe = (text: string): string =>
  bound(text, 300)
    .replace(/\s+/g, ' ')
    .replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]!)
    .replace(/[\\[\]()*_~|@#!]/g, '\\$&')

// A code span whose fence is longer than any run of backticks in the text.
function code(text: string): string {
  const flat = bound(text, 300).replace(/\s+/g, ' ').replaceAll('|', '¦')
  const fence = '`'.repeat(1 + Math.max(0, ...[...flat.matchAll(/`+/g)].map(([ticks]) => ticks.length)))
  return fence.length > 1 ? `${fence} ${flat} ${fence}` : `${fence}${flat}${fence}`
}
