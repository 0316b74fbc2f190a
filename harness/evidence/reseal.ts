import { checksum } from './checksum.ts'
import { collectorVersion } from './collector-version.ts'
import type { SectionStatus } from './section.ts'

/** A section of a bundle to build. */
export interface SealedSection {
  name: string
  /** Standard output. */
  text?: string
  /** Standard error. */
  complaints?: string
  status?: SectionStatus
  code?: number
  ms?: number
}

const codes = { ok: 0, absent: 90, failed: 1, 'timed-out': 124 } as const

/** A complete bundle of these sections, as this tool's collector would have printed it. */
export const sealBundle = (sections: readonly SealedSection[], version = collectorVersion()): string =>
  reseal(`dockfault-evidence 2 ${version}\n${sections.map(frame).join('')}--- whole\n`)

function frame({ name, text = '', complaints = '', status = 'ok', code = codes[status], ms = 10 }: SealedSection) {
  const marked = (mark: string, lines: string): string =>
    lines === ''
      ? ''
      : lines
          .split('\n')
          .map((line) => `${mark}${line}\n`)
          .join('')
  return `--- begin ${name}\n${marked(' ', text)}${marked('!', complaints)}--- end ${name} ${status} ${code} ${ms} 0\n`
}

/** An edited bundle with correct checksums. */
export const reseal = (bundle: string): string =>
  bundle.replace(
    /(?<=\n)(--- begin (\S+)\n(?:[\s\S]*?\n)?--- end \2 \S+ \d+ \d+) \S+(?=\n)/g,
    (_, section: string) => `${section} ${checksum(section)}`,
  )

/** A bundle with one section changed: another text, or another status without text. */
export function editSection(bundle: string, name: string, edit: ((text: string) => string) | SectionStatus): string {
  const section = new RegExp(`^--- begin ${name}\\n([\\s\\S]*?)^--- end ${name} .*\\n`, 'm')
  const text = bundle.match(section)?.[1]
  if (text === undefined) throw new RangeError(`the bundle has no section ${name}`)
  const changed: SealedSection =
    typeof edit === 'string' ? { name, status: edit, complaints: 'edited' } : { name, text: edit(unmarked(text)) }
  return reseal(bundle.replace(section, () => frame(changed)))
}

const unmarked = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.startsWith(' '))
    .map((line) => line.slice(1))
    .join('\n')

/** A bundle without this section, as if its collector did not have it. */
export const dropSection = (bundle: string, name: string): string =>
  bundle.replace(new RegExp(`^--- begin ${name}\\n[\\s\\S]*?^--- end ${name} .*\\n`, 'm'), '')
