import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { probeGrid, type Square } from '../grid.ts'
import { outcomeSigns } from '../words.ts'
import { type Paint, paintClass, plain, runOut, wrap } from './paint.ts'
import { way } from './way.ts'

/** A cell's probes by stage, how packets fared, what was named, and what each fix did, as lines for a terminal. */
export const summary = (cell: CellRecord, paint: Paint): string[] => [
  ...grid(cell, paint),
  ...way(cell, paint),
  ...diagnosis(cell, paint),
  ...fixes(cell, paint),
]

function grid(cell: CellRecord, paint: Paint): string[] {
  const { stages, rows } = probeGrid(cell)
  if (rows.length === 0) return []
  const labels = columnLabels(cell, stages)
  const width = Math.max(...rows.map(({ probe }) => probe.length), 'Probes'.length)
  const head = labels.map((label) => label.padStart(label.length > 3 ? label.length + 2 : 4)).join('')
  const lines = rows.map(({ probe, squares }) => {
    const marks = squares.map((square, i) => {
      const label = labels[i]!
      const room = label.length > 3 ? label.length + 2 : 4
      // The sign stands under the middle of a word, and under the last figure of a number; a frame takes a column each side.
      const right = label.length > 3 ? Math.floor((label.length - 1) / 2) : 0
      const framed = square?.mismatch ? 1 : 0
      const left = ' '.repeat(Math.max(0, room - right - 1 - framed))
      return `${left}${square ? mark(square, paint) : ' '}${' '.repeat(Math.max(0, right - framed))}`
    })
    return `  ${plain(probe, width).padEnd(width)}${marks.join('')}`.trimEnd()
  })
  const odd = rows.some(({ squares }) => squares.some((square) => square?.mismatch))
  const hints = [
    stages.some((stage) => stage.startsWith('fix:')) && 'a number is a fix below',
    odd && '[ ] is not as expected',
  ]
  const hint = hints.filter(Boolean).join(', ')
  return [
    '',
    `  ${paint.bold('Probes'.padEnd(width))}${paint.dim(head)}`,
    ...lines,
    ...(hint ? [paint.dim(`  ${hint}`)] : []),
  ]
}

// Colour tells sick from healthy, the sign what was seen, brackets what the scenario did not expect.
function mark({ observed, sick, mismatch }: Square, paint: Paint): string {
  const color = observed === 'error' ? paint.yellow : sick ? paint.red : paint.green
  const sign = color(outcomeSigns[observed])
  return mismatch ? `${paint.bold('[')}${sign}${paint.bold(']')}` : sign
}

// A fix is a number, told by the table of fixes; the rungs of its ladder are letters behind it.
function columnLabels(cell: CellRecord, stages: string[]): string[] {
  const numbers = new Map(cell.fixes.map(({ name }, i) => [name, i + 1]))
  const rungs = new Map<string, number>()
  return stages.map((stage) => {
    if (!stage.startsWith('fix:')) return bound(stage, 20)
    const [name = '', rung] = stage.slice('fix:'.length).split('+', 2)
    const number = String(numbers.get(name) ?? '?')
    if (rung === undefined) return number
    const index = rungs.get(name) ?? 0
    rungs.set(name, index + 1)
    return `${number}${letter(index)}`
  })
}

const letter = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + (index % 26))

function diagnosis(cell: CellRecord, paint: Paint): string[] {
  const said = new Map<string, string[]>()
  const details = cell.diagnoses.flatMap(({ detail }) => detail)
  const active = new Set(details.filter(({ state }) => state === 'active').map(({ cause }) => cause))
  // What was only coming is not told again beside what came, nor what a fix left of it.
  for (const { cause, state, confidence, summary } of details)
    if (!said.has(`${cause} ${state}`) && (state === 'active' || !active.has(cause)))
      said.set(`${cause} ${state}`, [
        `  ${paint.bold(plain(cause, 80))} ${paint.dim(`${state}, ${confidence}`)}`,
        ...wrap(runOut(plain(summary, 400)), 96, '    '),
      ])
  return said.size > 0 ? ['', `  ${paint.bold('Diagnosis')}`, ...[...said.values()].flat()] : []
}

function fixes(cell: CellRecord, paint: Paint): string[] {
  if (cell.fixes.length === 0) return []
  const width = Math.max(...cell.fixes.map(({ name }) => Math.min(name.length, 40)))
  const lines = cell.fixes.flatMap((fix, i) => {
    const odd = fix.observed === fix.expected ? '' : `  ${paint.red(paint.bold(`expected ${fix.expected}`))}`
    const name = plain(fix.name, 40).padEnd(width)
    const head = `  ${String(i + 1).padStart(2)}  ${paintClass(paint, fix.observed)}  ${name}  ${paint.dim(plain(fix.title, 100))}${odd}`
    const ladder = Object.entries(fix.ladder).map(([rung, seen], j) => {
      const label = `${i + 1}${letter(j)}`.padStart(5)
      return `${label} ${paintClass(paint, seen)}  ${paint.dim('then')} ${plain(rung, 60)}`
    })
    return [head, ...ladder]
  })
  return ['', `  ${paint.bold('Fixes')}`, ...lines]
}
