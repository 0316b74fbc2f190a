import { choose, providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { allCells } from '../registry.ts'
import { colorsFor } from '../report/terminal/colors.ts'
import { fitLines } from '../report/terminal/fit-lines.ts'
import { wrap } from '../report/terminal/paint.ts'
import { readHistory } from '../results/history.ts'
import type { Cell } from '../scenario/cell.ts'
import { selectCells } from '../scenario/select.ts'
import { ciPlan, idealProvider } from '../schedule/ci-plan.ts'
import { expectDurations } from '../schedule/expect.ts'
import { wholeNumber } from '../schedule/room.ts'
import { reportsDir } from '../session.ts'
import { parse } from './parse.ts'
import { oneOf } from './run.ts'

/** The most jobs per provider. More do not help, because each builds or downloads its images first. */
const mostJobs = 20

/**
 * `npm run list [-- --json --select <glob|host|scenario|tag|!tag> --provider P]`: prints all cells and the provider
 * that runs each here. `--provider` keeps the cells whose cheapest provider anywhere is this one: what a CI sends to
 * one kind of machine. `--json --shard-minutes N` prints jobs of about N minutes as a CI matrix, on one line.
 */
export default async function listCommand(args: string[]): Promise<number> {
  const { values } = parse('list', args)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  const minutes = values['shard-minutes'] && wholeNumber('--shard-minutes', values['shard-minutes'], 1)
  if (minutes && !values.json) throw new LabError('usage', '--shard-minutes needs --json')
  const cells: (Cell & { provider: string })[] = []
  for (const cell of selectCells(allCells(), values.select)) {
    const provider = (await idealProvider(cell)) ?? '-'
    if (!values.provider || values.provider === provider) cells.push({ ...cell, provider })
  }
  if (cells.length === 0)
    throw new LabError('no-match', `${values.provider} is the cheapest provider of no cell`, {
      hint: `to run cells on ${values.provider} all the same: npm run matrix -- --provider ${values.provider}`,
    })
  const text = minutes
    ? JSON.stringify(ciPlan(cells, expectDurations(cells, readHistory(reportsDir)), { minutes, most: mostJobs }))
    : await listHere(cells, values.json)
  process.stdout.write(`${text}\n`)
  return exit.passed
}

async function listHere(cells: readonly (Cell & { provider: string })[], json: boolean): Promise<string> {
  const choices = await chooseAll(cells)
  const ideal = ({ name }: Cell): string => cells.find((cell) => cell.name === name)!.provider
  const { columns } = colorsFor(process.stdout)
  return list(cells, { json, ideal, choice: (cell) => choices.get(kindOf(cell))!, columns })
}

// Whether a cell can run here depends on its host and its needs alone.
const kindOf = ({ host, needs }: Cell): string => [host, ...needs].join(' ')

async function chooseAll(cells: readonly Cell[]): Promise<Map<string, Choice>> {
  const kinds = new Map(cells.map((cell) => [kindOf(cell), cell]))
  const chosen = [...kinds].map(async ([kind, cell]) => [kind, await choose(cell)] as const)
  return new Map(await Promise.all(chosen))
}

type Choice = { provider: { name: string } } | { reason: string }

export interface ListOptions {
  json?: boolean
  /** The provider that runs a cell here, or why none can. */
  choice?: (cell: Cell) => Choice
  /** The provider that would run it if all were available. */
  ideal?: (cell: Cell) => string
  /** The width of the terminal, if there is one. */
  columns?: number | undefined
}

/** All cells and their providers here: a table for people, or a JSON array for programs. */
export function list(cells: readonly Cell[], { json, choice, ideal, columns }: ListOptions = {}): string {
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
  const rows = [
    ['CELL', 'NEEDS', ...(choice ? ['PROVIDER'] : []), 'TITLE'],
    ...cells.map((cell) => [
      cell.name,
      cell.needs.join(' ') || '-',
      ...(choice ? [word(choice(cell))] : []),
      cell.title,
    ]),
  ]
  const wide = table(rows)
  const isWide = columns === undefined || wide.split('\n').every((line) => line.length <= columns)
  const others = choice ? fitLines(skipped(cells, choice), columns) : []
  return [isWide ? wide : entries(rows.slice(1), columns), ...others].join('\n')
}

/** Why cells are skipped here: each reason once, with its cells. */
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

/** The same rows for a terminal that is too narrow for the table: each title is below its cell. */
const entries = (rows: readonly (readonly string[])[], columns: number): string =>
  rows.flatMap((row) => [row.slice(0, -1).join('  '), ...wrap(row.at(-1)!, columns, '    ', columns)]).join('\n')

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
