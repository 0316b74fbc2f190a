import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { faults } from '../causes/index.ts'
import { groupBy } from '../lib/group.ts'
import { duration } from '../lib/text.ts'
import { readRecord } from '../results/read-record.ts'
import { baseName, type CellRecord, interrupted, type RunRecord } from '../results/record.ts'
import { adviceTable, measuredAdvice } from './advice-table.ts'
import { verdictSigns } from './words.ts'

/** A Markdown table of the latest results: a row for each scenario and variant, a column for each host. */
export function measuredTable(runs: readonly RunRecord[]): string {
  const cells = [...newest(runs).values()]
  const hosts = [...new Set(cells.map(({ host }) => host))].sort((a, b) => (inOrder(a) < inOrder(b) ? -1 : 1))
  const nameOf = ({ scenario, variant }: CellRecord): string => [scenario, variant].filter(Boolean).join('-')
  const rows = groupBy(
    cells.toSorted((a, b) => rank(a).localeCompare(rank(b))),
    nameOf,
  )
  const line = (words: readonly string[]): string => `| ${words.join(' | ')} |`
  return [
    line(['scenario', 'what it shows', ...hosts]),
    line(['---', '---', ...hosts.map(() => '---')]),
    ...rows.map((row) =>
      line([
        `\`${nameOf(row[0]!)}\``,
        row[0]!.title,
        ...hosts.map((host) => measured(row.find((cell) => cell.host === host))),
      ]),
    ),
  ].join('\n')
}

// The latest complete run of each cell.
function newest(runs: readonly RunRecord[]): Map<string, CellRecord> {
  const whole = runs.filter(({ command }) => !command.includes('--until'))
  const cells = whole.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)).flatMap(({ cells }) => cells)
  const ran = cells.filter(({ verdict, reason }) => verdict !== 'skipped' && reason !== interrupted)
  return new Map(ran.map((cell) => [baseName(cell.name), cell]))
}

// Numbered releases come before named ones: debian13, debian-testing.
const inOrder = (host: string): string => host.replaceAll('-', '~')

// By write-up, then by name; scenarios without a write-up come last.
const rank = ({ source = 'x', scenario, variant = '' }: CellRecord): string => [source, scenario, variant].join(' ')

const measured = (cell: CellRecord | undefined): string =>
  cell ? `${verdictSigns[cell.verdict]} ${duration(cell.durationMs)}${vm(cell)}` : ''
const vm = ({ provider }: CellRecord): string => (provider === 'container' ? '' : ` (${provider})`)

/** The text with the part between two marks replaced. Throws where a mark is missing. */
export function replaceBetween(text: string, begin: string, end: string, part: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`the text has no part between ${begin} and ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`
}

function readRuns(dir: string): RunRecord[] {
  const names = readdirSync(dir).filter((name) => name !== 'latest')
  return names.flatMap((name) => {
    try {
      const file = join(dir, name, 'record.json')
      return [readRecord(readFileSync(file, 'utf8'), file)]
    } catch {
      // A run has no record while it is running, or if it was killed.
      return []
    }
  })
}

// `node --import tsx harness/report/readme-table.ts [DIR...]` writes the tables of reports/, or of these folders of reports,
// into the README and into that of each fault.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const readme = join(root, 'README.md')
  const folders = process.argv.length > 2 ? process.argv.slice(2) : [join(root, 'reports')]
  const runs = folders.flatMap(readRuns)
  const put = (file: string, table: string): void =>
    writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), '<!-- measured -->', '<!-- /measured -->', table))
  put(readme, measuredTable(runs))
  const rows = measuredAdvice(runs)
  for (const { kind, cause } of Object.values(faults)) {
    const own = join(root, 'harness/causes', kind, 'README.md')
    if (cause && rows.some(({ causes }) => causes === cause.id)) put(own, adviceTable(rows, cause.id))
  }
}
