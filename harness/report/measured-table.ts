import { groupBy } from '../lib/group.ts'
import { duration } from '../lib/text.ts'
import { baseName, type CellRecord, interrupted, type RunRecord } from '../results/record.ts'
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
  const ran = cells.filter(({ verdict, reason, varied }) => verdict !== 'skipped' && reason !== interrupted && !varied)
  return new Map(ran.map((cell) => [baseName(cell.name), cell]))
}

// Numbered releases come before named ones: debian13, debian-testing.
const inOrder = (host: string): string => host.replaceAll('-', '~')

// By write-up, then by name; scenarios without a write-up come last.
const rank = ({ source = 'x', scenario, variant = '' }: CellRecord): string => [source, scenario, variant].join(' ')

const measured = (cell: CellRecord | undefined): string =>
  cell ? `${verdictSigns[cell.verdict]} ${duration(cell.durationMs)}${vm(cell)}` : ''
const vm = ({ provider }: CellRecord): string => (provider === 'container' ? '' : ` (${provider})`)
