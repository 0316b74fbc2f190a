import { inert } from './inert.ts'

const sequence = /\x1b\[[\d;]*m/g

/** How many columns a line takes. */
const widthOf = (text: string): number => [...text.replace(sequence, '')].length

/**
 * Lines broken at spaces where they are wider than the terminal, each part behind the line's own indent and two more. None
 * is a command for a CI.
 */
export function fitLines(lines: readonly string[], columns: number | undefined): string[] {
  const fitted = columns ? lines.flatMap((line) => (widthOf(line) <= columns ? [line] : broken(line, columns))) : lines
  return fitted.map(inert)
}

function broken(line: string, columns: number): string[] {
  const [, indent = '', rest = ''] = line.match(/^((?:\x1b\[[\d;]*m)* *)([\s\S]*)$/) ?? []
  const hanging = ' '.repeat(Math.min(widthOf(indent) + 2, Math.floor(columns / 2)))
  const parts: string[] = []
  let part = indent
  let isEmpty = true
  for (const word of rest.split(/ +/)) {
    if (!isEmpty && widthOf(part) + 1 + widthOf(word) > columns) {
      parts.push(part)
      part = hanging + word
    } else part = isEmpty ? part + word : `${part} ${word}`
    isEmpty = false
  }
  return [...parts, part]
}
