import { parseArgs } from 'node:util'
import { providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { readHistory } from '../report/history.ts'
import type { Cell } from '../scenario/cell.ts'
import { selectCells } from '../scenario/select.ts'
import { ciPlan, idealProvider } from '../schedule/ci-plan.ts'
import { expectDurations } from '../schedule/expect.ts'
import { wholeNumber } from '../schedule/room.ts'
import { reportsDir } from '../session.ts'
import { allCells } from '../vocabulary.ts'
import { oneOf } from './run.ts'

/** More jobs than these for one provider help nobody: each builds or fetches its images first. */
const mostJobs = 20

/**
 * `npm run list [-- --json --select <glob|tag|!tag> --provider P]`: the cells are what was asked for, so the table too
 * goes to standard output. `--json --shard-minutes N` prints jobs of about N minutes, as a CI matrix, on one line.
 */
export default async function listCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      select: { type: 'string', multiple: true, default: [] },
      provider: { type: 'string' },
      'shard-minutes': { type: 'string' },
    },
  })
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  const minutes = values['shard-minutes'] && wholeNumber('--shard-minutes', values['shard-minutes'], 1)
  if (minutes && !values.json) throw new LabError('usage', '--shard-minutes has no place without --json')
  const cells: (Cell & { provider: string })[] = []
  for (const cell of selectCells(allCells(), values.select)) {
    const provider = (await idealProvider(cell)) ?? '-'
    if (!values.provider || values.provider === provider) cells.push({ ...cell, provider })
  }
  if (cells.length === 0) throw new LabError('no-match', `no cell is one for the provider ${values.provider}`)
  const provider = ({ name }: Cell): string | undefined => cells.find((cell) => cell.name === name)?.provider
  const text = minutes
    ? JSON.stringify(ciPlan(cells, expectDurations(cells, readHistory(reportsDir)), { minutes, most: mostJobs }))
    : list(cells, { json: values.json, provider })
  process.stdout.write(`${text}\n`)
  return exit.passed
}

export interface ListOptions {
  json?: boolean
  /** Who would run a cell, where all providers are at hand. */
  provider?: (cell: Cell) => string | undefined
}

/** All cells: a table for people, or a JSON array for machines. */
export function list(cells: readonly Cell[], options: ListOptions = {}): string {
  const { provider } = options
  if (options.json)
    return JSON.stringify(
      cells.map((cell) => {
        const { name, title, scenario, host, variant, tags, needs } = cell
        return { name, title, scenario, host, variant, tags, needs, ...(provider && { provider: provider(cell) }) }
      }),
      undefined,
      2,
    )
  return table([
    ['CELL', 'NEEDS', ...(provider ? ['PROVIDER'] : []), 'TITLE'],
    ...cells.map((cell) => [
      cell.name,
      cell.needs.join(' ') || '-',
      ...(provider ? [provider(cell) ?? '-'] : []),
      cell.title,
    ]),
  ])
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
