import { readFirstFormat } from './bundle-1.ts'
import { checksum } from './checksum.ts'
import { notABundle } from './not-a-bundle.ts'
import type { Section, SectionStatus } from './section.ts'
import { visible } from './visible.ts'

export { parseBundle } from './bundle-1.ts'

/** A bundle: the version of its collector, whether it is complete, and its sections by name. */
export interface Bundle {
  format: number
  version: string
  whole: boolean
  sections: Map<string, Section>
}

const header = /^dockfault-evidence (\d+)(?: (\S+))?$/
// The checksum covers everything from the first line of the section up to the checksum itself.
const ending = /^(--- end (\S+) (ok|absent|failed|timed-out) (\d+) (\d+)) (\d+|[0-9a-f]{64})$/
const words = { absent: 'the host does not have it', failed: 'it failed', 'timed-out': 'it took too long' } as const

/**
 * Reads a bundle as far as it goes. A section that was changed is `failed`, and one that was cut short is `timed-out`.
 * Throws LabError `usage` where the text is no bundle, or more than one.
 */
export function readBundle(text: string): Bundle {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
  const [, format, version = ''] = lines[0]!.match(header) ?? []
  if (!format) throw notABundle(1, 'the first line is not `dockfault-evidence 2`')
  const second = lines.findIndex((line, index) => index > 0 && header.test(line))
  if (second > 0) throw notABundle(second + 1, `the file has two bundles, and the second begins at line ${second + 1}`)
  if (format === '1') return { format: 1, version: '1', ...readFirstFormat(lines) }

  const whole = lines.indexOf('--- whole')
  const rest = whole < 0 ? -1 : lines.findIndex((line, index) => index > whole && line.trim() !== '')
  if (rest > 0) throw notABundle(rest + 1, 'something follows the end of the bundle')
  return { format: Number(format), version, whole: whole > 0, sections: readSections(lines) }
}

function readSections(lines: readonly string[]): Map<string, Section> {
  const sections = new Map<string, Section>()
  const add = (name: string, section: Section): void => {
    // Nothing shows which of the two is true.
    sections.set(name, sections.has(name) ? broken('the bundle has it twice') : section)
  }
  let open: { name: string; from: number } | undefined
  // A last line without its newline may be cut off.
  for (const [index, line] of lines.slice(0, -1).entries()) {
    if (!line.startsWith('--- ')) continue
    const [, begun] = line.match(/^--- begin (\S+)$/) ?? []
    const ended = line.match(/^--- end (\S+)/)?.[1]
    if (open && (begun || (ended && ended !== open.name))) {
      add(open.name, broken('its end is missing: the bundle was changed'))
      open = undefined
    }
    if (begun) open = { name: begun, from: index }
    else if (ended && !open) add(ended, broken('its beginning is missing: the bundle was changed'))
    else if (ended && open) {
      add(ended, closed(lines.slice(open.from, index), line))
      open = undefined
    }
  }
  if (open) add(open.name, { ...broken('the bundle was cut short in it'), status: 'timed-out' })
  return sections
}

function closed(lines: readonly string[], end: string): Section {
  const [, stated = '', , word, code, ms, sum] = end.match(ending) ?? []
  if (!sum || checksum(`${lines.join('\n')}\n${stated}`, sum.length === 64 ? 'sha256' : 'crc') !== sum)
    return broken('it was changed after it was collected')
  const status = word as SectionStatus
  const of = (mark: string): string =>
    visible(
      lines
        .slice(1)
        .filter((line) => line.startsWith(mark))
        .map((line) => line.slice(1))
        .join('\n'),
    )
  const complaints = of('!')
  const why = status === 'ok' ? '' : complaints.split('\n').find((line) => line.trim() !== '') || words[status]
  return { status, why: why.trim(), code: Number(code), ms: Number(ms), text: of(' '), complaints }
}

const broken = (why: string): Section => ({ status: 'failed', why, code: -1, text: '', complaints: '' })
