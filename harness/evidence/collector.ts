import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { LabError } from '../lib/errors.ts'

/** One section of the collector: its shell, its time limit, and the section that it runs after. */
export interface CollectorSection {
  name: string
  limitS: number
  after?: string
  body: string
}

// Longer than any chain of sections may take. Chains run side by side.
const overallS = 24
const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The sections of the collector in the order of the bundle: the quick ones first. */
export function collectorSections(): CollectorSection[] {
  const sections = readdirSync(new URL('sections', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readSection(name))
  const depth = (each: CollectorSection): number => {
    const base = sections.find(({ name }) => name === each.after)
    return base ? base.limitS + depth(base) + 100 : 0
  }
  return sections.sort((a, b) => depth(a) - depth(b) || a.limitS - b.limitS || a.name.localeCompare(b.name))
}

function readSection(name: string): CollectorSection {
  const text = read(`sections/${name}/collect.sh`)
  const [head, limit, after] = text.match(/^# limit: (\d+) s(?:, after ([\w-]+))?\n/) ?? []
  if (!head)
    throw new LabError('usage', `${name}/collect.sh: the first line has to be \`# limit: N s[, after SECTION]\``)
  return { name, limitS: Number(limit), ...(after && { after }), body: text.slice(head.length) }
}

/**
 * The collector: one POSIX sh file. `sections` limits it to these. `namespaces` is shell that prints the network
 * namespaces to read in place of those of Docker's containers, one line `NAME PID MODE` each.
 */
export function buildCollector({ sections, namespaces }: { sections?: string[]; namespaces?: string } = {}): string {
  const all = collectorSections()
  const chosen = all
    .filter(({ name }) => sections?.includes(name) ?? true)
    .map((each) =>
      namespaces !== undefined && each.name === 'container-namespaces' ? listing(each, namespaces) : each,
    )
  return assemble(chosen, versionOf(all))
}

/**
 * The version of a collector: a hash of all that decides what a section prints. How long sections may take and how they
 * are framed does not; bundles have the number of their format for the latter.
 */
export const versionOf = (sections: readonly CollectorSection[]): string => {
  const shared = [read('collector/lib.sh'), read('collector/privacy.sh')]
  return createHash('sha256')
    .update(JSON.stringify([...shared, ...sections.map(({ name, after, body }) => [name, after, body])]))
    .digest('hex')
    .slice(0, 12)
}

function listing({ after, body, ...section }: CollectorSection, namespaces: string): CollectorSection {
  const own = /^container_namespaces\(\) \{\n[\s\S]*?\n\}$/m
  if (!own.test(body)) throw new LabError('usage', `${section.name}/collect.sh has no container_namespaces`)
  return { ...section, body: body.replace(own, () => `container_namespaces() {\n${namespaces}\n}`) }
}

/** The shell of a collector that has these sections. */
export function assemble(sections: readonly CollectorSection[], version: string): string {
  const files = [{ name: 'lib', body: read('collector/lib.sh') }, ...sections]
  const end = 'END OF SECTIONS'
  return `${read('collector/head.sh')}
version=${version}
overall=${overallS}
sections='${sections.map(({ name }) => name).join(' ')}'

# A file for each section, parted where a line begins with \`#: \`.
write_sections() {
    awk -v work="$work" '
        /^#: / { if (file) close(file); file = work "/" $2 ".sh"; if ($2 != "lib") print ". \\"$work/lib.sh\\"" >file; next }
        { print >file }' <<'${end}'
${files.map(({ name, body }) => `#: ${name}\n${body}`).join('')}${end}
}

start_sections() {
${plan(sections)}
}

${read('collector/privacy.sh')}
${read('collector/runner.sh')}`
}

/** Shell that starts the sections side by side, and each that needs another after that one. The longest start first. */
function plan(sections: readonly CollectorSection[]): string {
  const start = ({ name, limitS, after }: CollectorSection, indent: string): string => {
    const next = sections.filter((each) => each.after === name)
    const line = `run ${name} ${limitS}${after ? ` ${after}` : ''}`
    if (next.length === 0) return `${indent}{ ${line}; } &`
    return [
      `${indent}{`,
      `${indent}    ${line}`,
      ...next.map((each) => start(each, `${indent}    `)),
      `${indent}} &`,
    ].join('\n')
  }
  return sections
    .filter(({ after }) => !sections.some(({ name }) => name === after))
    .toSorted((a, b) => b.limitS - a.limitS)
    .map((each) => start({ ...each, after: undefined } as CollectorSection, '    '))
    .join('\n')
}

if (process.argv[1] === new URL(import.meta.url).pathname && process.argv[2] === '--write')
  writeFileSync(new URL('collect.sh', import.meta.url), buildCollector())
