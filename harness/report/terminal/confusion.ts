import { own } from '../../lib/own.ts'
import { confusion } from '../../results/confusion.ts'
import type { ConfusionRow } from '../../results/detector-record.ts'
import type { RunRecord } from '../../results/record.ts'
import { count } from '../words.ts'
import { type Paint, plain, wrap } from './paint.ts'

// More columns do not fit a terminal.
const mostColumns = 16

/**
 * Faults by named causes as lines for a terminal: a letter for each cause, a dot for "never". Of many causes only those
 * that were there or were named have a column, and if these are too many, only rows with a wrong answer are shown.
 */
export function confusionLines(record: RunRecord, paint: Paint): string[] {
  const { detectors: all, rows: everyRow, wrong } = record.confusion ?? confusion(record.cells)
  if (everyRow.length === 0) return []
  const concerned = (rows: readonly ConfusionRow[]): readonly string[] =>
    all.length <= mostColumns
      ? all
      : all.filter((cause) => rows.some(({ expected, named }) => expected.includes(cause) || own(named, cause)))
  const fits = concerned(everyRow).length <= mostColumns
  const rows = fits ? everyRow : everyRow.filter(isWrong)
  const detectors = concerned(rows)
  if (rows.length === 0) {
    const right = `right every time, for ${count(everyRow.length, 'kind')} of host`
    return ['', `  ${paint.bold('Detectors')}`, paint.green(`  ${right}`)]
  }
  const width = Math.max(...rows.map(({ there }) => Math.min(there.length, 40)), 'Detectors'.length)
  const letters = detectors.map((_, i) => letter(i))
  const head = [...letters.map((name) => name.padStart(5)), '  nothing'].join('')
  const lines = rows.map((row) => {
    const cells = [...detectors.map((cause) => cell(row, cause, 5, paint)), cell(row, '', 9, paint)]
    return `  ${plain(row.there, 40).padEnd(width)}${cells.join('')}`
  })
  const legend = detectors.map((cause, i) => `${letters[i]} ${plain(cause, 60)}`).join(', ')
  return [
    '',
    `  ${paint.bold('Detectors'.padEnd(width))}${paint.dim(head)}`,
    ...lines,
    ...wrap(legend, 96, '  ').map((line) => paint.dim(line)),
    wrong === 0 ? paint.green('  right every time') : paint.red(paint.bold(`  ${count(wrong, 'time')} wrong`)),
  ]
}

const isWrong = ({ expected, times, named, nothing }: ConfusionRow): boolean =>
  expected.length === 0
    ? nothing !== times
    : nothing > 0 ||
      expected.some((cause) => own(named, cause) !== times) ||
      Object.keys(named).some((cause) => !expected.includes(cause))

// The empty cause is "nothing", the right answer for a host without a known fault.
function cell({ expected, times, named, nothing }: ConfusionRow, cause: string, width: number, paint: Paint): string {
  const seen = cause === '' ? nothing : (own(named, cause) ?? 0)
  const right = cause === '' ? expected.length === 0 : expected.includes(cause)
  if (!right) return seen ? paint.red(paint.bold(String(seen).padStart(width))) : paint.dim('·'.padStart(width))
  if (seen === times) return paint.green(String(seen).padStart(width))
  return paint.red(paint.bold(`${seen}/${times}`.padStart(width)))
}

const letter = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + (index % 26))
