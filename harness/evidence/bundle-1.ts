import { notABundle } from './not-a-bundle.ts'
import type { Section } from './section.ts'
import { visible } from './visible.ts'

/** One section of the first format: all output, standard error included, and the exit code. */
export interface FirstSection {
  text: string
  code: number
}

/** The sections of a bundle in the first format. Throws LabError `usage` where it is not complete. */
export function parseBundle(text: string): Map<string, FirstSection> {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  if (lines[0] !== 'dockfault-evidence 1') throw notABundle(1, 'the first line is not `dockfault-evidence 1`')
  const { sections, problem } = read(lines)
  if (problem) throw notABundle(problem.line, problem.what)
  return sections
}

/** The sections of a bundle in the first format, as far as it goes. They have no checksums, so changes go unnoticed. */
export function readFirstFormat(lines: readonly string[]): { sections: Map<string, Section>; whole: boolean } {
  const { sections, problem } = read(lines)
  const found = new Map<string, Section>()
  for (const [name, { text, code }] of sections) found.set(name, { ...stateOf(code, text), text, complaints: '', code })
  if (problem?.section)
    found.set(problem.section, { status: 'timed-out', why: problem.what, text: '', complaints: '', code: -1 })
  return { sections: found, whole: !problem }
}

const stateOf = (code: number, text: string): Pick<Section, 'status' | 'why'> => {
  if (code === 0) return { status: 'ok', why: '' }
  if (code === 124) return { status: 'timed-out', why: 'it took too long' }
  return { status: 'failed', why: text.split('\n').find((line) => line.trim() !== '') ?? `it failed: exit ${code}` }
}

interface Reading {
  sections: Map<string, FirstSection>
  problem?: { line: number; what: string; section?: string }
}

function read(lines: readonly string[]): Reading {
  const sections = new Map<string, FirstSection>()
  let open: { name: string; lines: string[] } | undefined
  for (const [index, line] of lines.entries()) {
    const [, begin] = line.match(/^--- begin (\S+)$/) ?? []
    const [, end, code] = line.match(/^--- end (\S+) (\d+)$/) ?? []
    if (begin) open = { name: begin, lines: [] }
    else if (end) {
      if (open?.name !== end)
        return { sections, problem: { line: index + 1, what: `section ${end} ends but did not begin` } }
      sections.set(end, { text: visible(open.lines.join('\n')), code: Number(code) })
      open = undefined
    } else open?.lines.push(line.slice(1))
  }
  if (!open) return { sections }
  const what = `section ${open.name} does not end: the bundle was cut off`
  return { sections, problem: { line: lines.length, what, section: open.name } }
}
