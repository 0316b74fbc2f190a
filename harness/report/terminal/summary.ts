import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { probeGrid, type Square } from '../grid.ts'
import { outcomeSigns } from '../words.ts'
import { type Paint, paintClass, plain, runOut, wrap } from './paint.ts'
import { way } from './way.ts'

/** A cell as lines for a terminal: probes by stage, paths of packets, named causes, and the effect of each fix. */
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
      // The sign goes under the middle of a word or the last digit of a number. A frame takes a column on each side.
      const right = label.length > 3 ? Math.floor((label.length - 1) / 2) : 0
      const framed = square?.mismatch ? 1 : 0
      const left = ' '.repeat(Math.max(0, room - right - 1 - framed))
      return `${left}${square ? mark(square, paint) : ' '}${' '.repeat(Math.max(0, right - framed))}`
    })
    return `  ${plain(probe, width).padEnd(width)}${marks.join('')}`.trimEnd()
  })
  const odd = rows.some(({ squares }) => squares.some((square) => square?.mismatch))
  const hints = [
    stages.some((stage) => stage.startsWith('fix:')) && 'numbers are the fixes below',
    odd && '[ ] is unexpected',
  ]
  const hint = hints.filter(Boolean).join(', ')
  return [
    '',
    `  ${paint.bold('Probes'.padEnd(width))}${paint.dim(head)}`,
    ...lines,
    ...(hint ? [paint.dim(`  ${hint}`)] : []),
  ]
}

// The colour is sick or healthy, the sign is the outcome, brackets mean that the scenario did not expect it.
function mark({ observed, sick, mismatch }: Square, paint: Paint): string {
  const color = observed === 'error' ? paint.yellow : sick ? paint.red : paint.green
  const sign = color(outcomeSigns[observed])
  return mismatch ? `${paint.bold('[')}${sign}${paint.bold(']')}` : sign
}

// A fix is its number in the table of fixes; a letter stands for a rung of its ladder.
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
  const cards = new Map<string, string[]>()
  const details = cell.diagnoses.flatMap(({ detail }) => detail)
  const active = new Set(details.filter(({ state }) => state === 'active').map(({ cause }) => cause))
  // A latent cause is not repeated where it became active, nor after each fix.
  for (const { cause, state, confidence, summary } of details)
    if (!cards.has(`${cause} ${state}`) && (state === 'active' || !active.has(cause)))
      cards.set(`${cause} ${state}`, [
        `  ${paint.bold(plain(cause, 80))} ${paint.dim(`${state}, ${confidence}`)}`,
        ...wrap(runOut(plain(summary, 400)), 96, '    '),
      ])
  return cards.size > 0 ? ['', `  ${paint.bold('Diagnosis')}`, ...[...cards.values()].flat()] : []
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
