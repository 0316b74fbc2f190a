import type pc from 'picocolors'
import type { FixRecord, Verdict } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { fixSigns, verdictSigns } from '../words.ts'

/** Colours, and the width of the terminal, if there is one. */
export type Paint = ReturnType<typeof pc.createColors> & { columns?: number }

/** A verdict as a sign and a word, in its colour. */
export function paintVerdict(paint: Paint, verdict: Verdict): string {
  return verdictColor(paint, verdict)(paint.bold(`${verdictSigns[verdict]} ${verdict}`))
}

/** The colour of a verdict. */
export const verdictColor = (paint: Paint, verdict: Verdict): ((text: string) => string) =>
  ({
    passed: paint.green,
    failed: paint.red,
    broken: paint.yellow,
    skipped: paint.dim,
    flaky: paint.magenta,
    known: paint.cyan,
  })[verdict]

/** The class of a fix as a sign and a word of one width, in its colour. */
export function paintClass(paint: Paint, observed: FixRecord['observed']): string {
  const color = {
    cures: paint.green,
    partial: paint.yellow,
    masks: paint.magenta,
    'no-effect': paint.dim,
    worsens: paint.red,
    error: paint.yellow,
  }[observed]
  return color(`${fixSigns[observed]} ${observed.padEnd(9)}`)
}

/** Text of a host on one line of at most `most` characters. */
export const plain = (text: string, most: number): string => bound(text, most).replace(/\s+/g, ' ').trim()

/**
 * The beginning of a line that fits into so many columns; an ideograph or an emoji takes two. A line that wraps could not
 * be erased.
 */
export function within(line: string, columns: number): string {
  let room = columns
  let end = 0
  for (const character of line) {
    room -= character > '\u2fff' ? 2 : 1
    if (room < 0) return line.slice(0, end)
    end += character.length
  }
  return line
}

/** Prose without backticks, which mark names as code elsewhere. */
export const runOut = (text: string): string => text.replaceAll('`', '')

/** Text broken at spaces into indented lines of at most `most` characters; narrower on a narrow terminal. */
export function wrap(text: string, most: number, indent: string, columns = Number.POSITIVE_INFINITY): string[] {
  const width = Math.min(most, Math.max(20, columns - indent.length))
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return line ? [...lines, indent + line] : lines
}
