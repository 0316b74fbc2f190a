import { parseArgs } from 'node:util'
import { choose, providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { readHistory } from '../results/history.ts'
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
 * `npm run list [-- --json --select <glob|host|scenario|tag|!tag> --provider P]`: the cells are what was asked for, so
 * the table too goes to standard output. `--provider` leaves those that it is the cheapest for, of all that could serve
 * them somewhere: what a CI sends to machines of one kind. `--json --shard-minutes N` prints jobs of about N minutes, as a
 * CI matrix, on one line.
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
  if (cells.length === 0)
    throw new LabError('no-match', `no cell is one for the provider ${values.provider}`, {
      hint: `a cell counts as one of the cheapest provider that can serve it anywhere; npm run matrix -- --provider ${values.provider} runs others there too`,
    })
  const text = minutes
    ? JSON.stringify(ciPlan(cells, expectDurations(cells, readHistory(reportsDir)), { minutes, most: mostJobs }))
    : await tell(cells, values.json)
  process.stdout.write(`${text}\n`)
  return exit.passed
}

async function tell(cells: readonly (Cell & { provider: string })[], json: boolean): Promise<string> {
  const choices = await chooseAll(cells)
  const ideal = ({ name }: Cell): string => cells.find((cell) => cell.name === name)!.provider
  return list(cells, { json, ideal, choice: (cell) => choices.get(kindOf(cell))! })
}

// Cells on one host with the same needs are all served, or all skipped.
const kindOf = ({ host, needs }: Cell): string => [host, ...needs].join(' ')

async function chooseAll(cells: readonly Cell[]): Promise<Map<string, Choice>> {
  const kinds = new Map(cells.map((cell) => [kindOf(cell), cell]))
  const chosen = [...kinds].map(async ([kind, cell]) => [kind, await choose(cell)] as const)
  return new Map(await Promise.all(chosen))
}

type Choice = { provider: { name: string } } | { reason: string }

export interface ListOptions {
  json?: boolean
  /** Who would run a cell here, or why nobody would. */
  choice?: (cell: Cell) => Choice
  /** Who would run it where all providers are at hand. */
  ideal?: (cell: Cell) => string
}

/** All cells, and who would run each here: a table for people, or a JSON array for machines. */
export function list(cells: readonly Cell[], { json, choice, ideal }: ListOptions = {}): string {
  if (json)
    return JSON.stringify(
      cells.map((cell) => {
        const { name, title, scenario, host, variant, tags, needs } = cell
        const chosen = choice?.(cell)
        const here = chosen && ('reason' in chosen ? { skipped: chosen.reason } : { here: chosen.provider.name })
        const provider = ideal && { provider: ideal(cell) }
        return { name, title, scenario, host, variant, tags, needs, ...provider, ...here }
      }),
      undefined,
      2,
    )
  const word = (chosen: Choice): string => ('reason' in chosen ? 'skipped' : chosen.provider.name)
  const rows = table([
    ['CELL', 'NEEDS', ...(choice ? ['PROVIDER'] : []), 'TITLE'],
    ...cells.map((cell) => [
      cell.name,
      cell.needs.join(' ') || '-',
      ...(choice ? [word(choice(cell))] : []),
      cell.title,
    ]),
  ])
  return [rows, ...(choice ? skipped(cells, choice) : [])].join('\n')
}

/** Why cells are skipped here, each reason once, with the cells it is for. */
function skipped(cells: readonly Cell[], choice: (cell: Cell) => Choice): string[] {
  const reasons = new Map<string, string[]>()
  for (const cell of cells) {
    const chosen = choice(cell)
    if ('reason' in chosen) reasons.set(chosen.reason, [...(reasons.get(chosen.reason) ?? []), cell.name])
  }
  return [...reasons].flatMap(([reason, names]) => [
    '',
    `skipped here: ${names.join(' ')}`,
    ...reason.split('; ').map((each) => `  ${each}`),
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
