import { relative } from 'node:path'
import type { LineCounter } from 'yaml'

/** A mistake in a file: where it is (offsets into the text), what it is, and how to mend it. */
export interface Complaint {
  at: readonly [start: number, end: number]
  message: string
  hint?: string | undefined
}

const widest = 110
// No text of a file may steer the terminal. Each character is replaced by one other, so that columns stay true.
const unsafe = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** A complaint as text: `file:line:col: message`, the source line with carets under the mistake, and the hint. */
export function renderComplaint(file: string, text: string, lines: LineCounter, complaint: Complaint): string {
  const [start, end] = complaint.at
  const { line, col } = position(lines, start)
  const source = text.slice(lines.lineStarts[line - 1], lines.lineStarts[line]).replace(/\r?\n$/, '')
  const from = source.length <= widest ? 0 : Math.max(0, col - 1 - Math.floor(widest / 2))
  const shown = source.slice(from, from + widest).replace(unsafe, (char) => (char === '\t' ? ' ' : '\ufffd'))
  const column = col - 1 - from
  const carets = '^'.repeat(Math.max(1, Math.min(end - start, shown.length - column)))
  const gutter = ' '.repeat(String(line).length)
  return [
    `${file}:${line}:${col}: ${complaint.message.replace(unsafe, '\ufffd')}`,
    `  ${line} | ${shown}`,
    `  ${gutter} | ${' '.repeat(column)}${carets}`,
    ...(complaint.hint ? [`  ${gutter} = ${complaint.hint.replace(unsafe, '\ufffd')}`] : []),
  ].join('\n')
}

/** The shortest form of a path: relative where it is below the working folder. */
export function shortest(path: string): string {
  const below = relative('', path)
  return below === '' || below.startsWith('..') ? path : below
}

/** Line and column of an offset, both from 1; the start of an empty file is 1:1. */
export function position(lines: LineCounter, offset: number): { line: number; col: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), col: Math.max(1, col) }
}
