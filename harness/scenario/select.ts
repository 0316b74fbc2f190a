import { LabError } from '../lib/errors.ts'
import { glob } from '../lib/glob.ts'
import { nearest } from '../lib/text.ts'
import type { Cell } from './cell.ts'
import { currentName } from './renamed.ts'

/**
 * The cells that match any pattern and none that begins with `!`; all cells, where every pattern begins with `!`.
 * A pattern is a glob over cell names, a host, a scenario or a tag. Throws LabError `no-match` where a pattern matches
 * nothing, or where nothing is left.
 */
export function selectCells(cells: readonly Cell[], asWritten: readonly string[]): Cell[] {
  const patterns = asWritten.map((pattern) => today(cells, pattern))
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'))
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  for (const pattern of wanted) if (!cells.some(matches(pattern))) throw noMatch(pattern, wordsOf(cells))
  const selected = cells.filter(
    (cell) =>
      (wanted.length === 0 || wanted.some((pattern) => matches(pattern)(cell))) &&
      !unwanted.some((pattern) => matches(pattern)(cell)),
  )
  if (selected.length === 0)
    throw new LabError('no-match', `no cell matches ${patterns.join(' ')}`, { hint: 'npm run list shows all cells' })
  return selected
}

/** The cell of this exact name. Throws LabError `no-match` with the nearest names. */
export function findCell(cells: readonly Cell[], name: string): Cell {
  const cell = cells.find((each) => each.name === name || each.name === currentName(name))
  if (!cell)
    throw noMatch(
      name,
      cells.map(({ name }) => name),
    )
  return cell
}

/** What a pattern is compared with. */
export type Selectable = Pick<Cell, 'name' | 'host' | 'scenario' | 'tags'>

/** Whether a pattern selects a cell: a glob over names, a host, a scenario or a tag. */
export const matches = (pattern: string) => {
  const expression = glob(pattern)
  return ({ name, host, scenario, tags }: Selectable): boolean =>
    expression.test(name) || host === pattern || scenario === pattern || tags.includes(pattern)
}

const wordsOf = (cells: readonly Cell[]): string[] => [
  ...new Set(cells.flatMap(({ name, host, scenario, tags }) => [name, host, scenario, ...tags])),
]

function noMatch(pattern: string, words: readonly string[]): LabError {
  const near = nearest(pattern, words)
  return new LabError('no-match', `no cell matches \`${pattern}\``, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(', ')}? npm run list shows all cells`
        : 'npm run list shows all cells',
  })
}

/** A pattern in today's names, where only those of an earlier version match it. */
function today(cells: readonly Cell[], pattern: string): string {
  return cells.some(matches(pattern.replace(/^!/, ''))) ? pattern : currentName(pattern)
}
