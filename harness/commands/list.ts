import { parseArgs } from 'node:util'
import { exit } from '../lib/errors.ts'
import type { Cell } from '../scenario/cell.ts'
import { allCells } from '../vocabulary.ts'

/** `npm run list [-- --json]`: the cells are what was asked for, so the table too goes to standard output. */
export default async function listCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
  process.stdout.write(`${list(allCells(), { json: values.json ?? false })}\n`)
  return exit.passed
}

export interface ListOptions {
  json?: boolean
  /** Who would run a cell here; asked for the table only. */
  provider?: (cell: Cell) => string | undefined
}

/** All cells: a table for people, or a JSON array for machines. */
export function list(cells: readonly Cell[], options: ListOptions = {}): string {
  if (options.json)
    return JSON.stringify(
      cells.map(({ name, title, scenario, host, variant, tags, needs }) => {
        return { name, title, scenario, host, variant, tags, needs }
      }),
      undefined,
      2,
    )
  const { provider } = options
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
