import { LabError } from '../lib/errors.ts'
import type { Combination, Space } from '../lib/implicants.ts'
import { nearest } from '../lib/text.ts'
import type { Cell } from '../scenario/cell.ts'
import { type Variable, type VariableName, valueIn, variables, withValues } from '../scenario/variables.ts'
import { variedCell } from './varied-cell.ts'

const nameOf = ({ scenario, variant }: Cell): string => [scenario, variant].filter(Boolean).join('-')

/** The cells of a scenario, or of a variant `SCENARIO-VARIANT`, one for each host. Throws LabError `no-match`. */
export function cellsNamed(cells: readonly Cell[], name: string): Cell[] {
  const own = cells.filter((cell) => nameOf(cell) === name)
  if (own.length === 0) {
    const near = nearest(name, [...new Set(cells.map(nameOf))])
    throw new LabError('no-match', `no scenario is called ${name}`, {
      hint: near.length > 0 ? `did you mean ${near.join(', ')}?` : 'npm run list shows all cells',
    })
  }
  return own
}

/** The same for a scenario that has a fault. Throws LabError `usage` where it has none. */
export function cellsOfScenario(cells: readonly Cell[], name: string): Cell[] {
  const own = cellsNamed(cells, name)
  if (!own[0]!.fault) throw new LabError('usage', `${name} has no fault, so nothing depends on its conditions`)
  return own
}

/** The values of the variables to sweep; those of `engine` are the hosts. Throws LabError `usage` on unknown words. */
export function spaceOf(over: readonly string[], hosts: readonly string[]): Space {
  const unknown = over.find((word) => !Object.hasOwn(variables, word))
  if (unknown !== undefined)
    throw new LabError('usage', `--over ${unknown}: not one of ${Object.keys(variables).join(', ')}`)
  const valuesOf = (name: VariableName): readonly string[] => {
    const { sets, values }: Variable = variables[name]
    return sets === 'host' ? hosts : Object.keys(values)
  }
  return Object.fromEntries(over.map((name) => [name, valuesOf(name as VariableName)]))
}

/** The combination that a cell already is: where a sweep starts. A value that no sweep sets becomes the first that one does. */
export const startOf = (cell: Cell, space: Space): Combination =>
  Object.fromEntries(
    Object.entries(space).map(([name, values]) => {
      const value = valueIn(name as VariableName, cell.given, cell.host)
      return [name, values.includes(value) ? value : values[0]!]
    }),
  )

/** The cell of one combination, on the host that it names or on the first. */
export function sweepCell(cells: readonly Cell[], combination: Combination): Cell {
  const base = cells.find(({ host }) => host === combination.engine) ?? cells[0]!
  const needs = Object.keys(combination).flatMap((name) => variables[name as VariableName].needs)
  return variedCell(base, combination, { given: withValues(base.given, combination), needs })
}
