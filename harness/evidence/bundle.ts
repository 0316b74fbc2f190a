import { LabError } from '../lib/errors.ts'
import { clean } from '../lib/text.ts'

/** One section of a bundle: what a collector function printed, and its exit code. */
export interface Section {
  text: string
  code: number
}

/** A bundle's sections by name. Throws LabError `usage` where the text is no whole bundle. */
export function parseBundle(bundle: string): Map<string, Section> {
  const lines = bundle.replaceAll('\r\n', '\n').split('\n')
  if (lines[0] !== 'dockfault-evidence 1') throw notABundle(1, 'the first line is not `dockfault-evidence 1`')
  const sections = new Map<string, Section>()
  let open: { name: string; lines: string[] } | undefined
  for (const [index, line] of lines.entries()) {
    const [, begin] = line.match(/^--- begin (\S+)$/) ?? []
    const [, end, code] = line.match(/^--- end (\S+) (\d+)$/) ?? []
    if (begin) open = { name: begin, lines: [] }
    else if (end) {
      if (open?.name !== end) throw notABundle(index + 1, `section ${end} ends but did not begin`)
      sections.set(end, { text: clean(open.lines.join('\n')), code: Number(code) })
      open = undefined
    } else open?.lines.push(line.slice(1))
  }
  if (open) throw notABundle(lines.length, `section ${open.name} does not end: the bundle was cut off`)
  return sections
}

const notABundle = (line: number, what: string): LabError =>
  new LabError('usage', `not a dockfault bundle, line ${line}: ${what}`, {
    hint: 'make it with: sh collect.sh >host.bundle',
  })
