import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pc from 'picocolors'
import { causes, faults } from '../causes/index.ts'
import { examine } from '../diagnosis/examine.ts'
import { callAs } from '../lib/invocation.ts'
import { bisectResult } from '../results/bisect.ts'
import { hostStates } from '../results/host-states.ts'
import { loadClaims } from '../results/load-claims.ts'
import { alikeGroups } from '../results/look-alikes.ts'
import { runFoldersIn } from '../results/read-record.ts'
import { sweepResult } from '../results/sweep.ts'
import { adviceTable, measuredAdvice } from './advice-table.ts'
import { bisectsDocument } from './bisect.ts'
import { causesTable } from './causes-table.ts'
import { alikeTable } from './look-alikes.ts'
import { measuredTable } from './measured-table.ts'
import { sweepsDocument } from './sweep.ts'
import { examinationLines } from './terminal/examination.ts'
import { fitLines } from './terminal/fit-lines.ts'
import { claimTables } from './write-ups.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** The recorded host whose diagnosis the README shows. */
export const exampleBundle = 'harness/causes/masquerade-off/evidence/sick/debian13-daemon-json.bundle'

/** What the README shows of `diagnose`: the findings and the advice, as a terminal of 100 columns has them. */
export function diagnosisExample(): string {
  const lines = withCall('npx dockfault', () => {
    const seen = examine(readFileSync(join(root, exampleBundle), 'utf8'))
    const paint = { ...pc.createColors(false), columns: 100 }
    return fitLines(examinationLines('host.bundle', seen, [], paint), 100)
  })
  // The first of what does not help is enough.
  const end = lines.findIndex((line, index) => index > lines.indexOf('  Do not') + 1 && /^ {4}✗/.test(line))
  const shown = ['$ npx dockfault diagnose --bundle host.bundle', ...lines.slice(0, end), '  …']
  return shown.map((line) => (line === '' ? '' : `    ${line}`)).join('\n')
}

/** What the work gives while hints name the program by this word. */
function withCall<T>(word: string, work: () => T): T {
  const before = callAs(word)
  try {
    return work()
  } finally {
    callAs(before)
  }
}

/** The claims of the write-ups with what runs found, as docs/write-ups.md holds them. */
export const claimsDocument = (): string => claimTables(loadClaims())

/** A text with the part between `<!-- name -->` and `<!-- /name -->` replaced. Throws where a mark is missing. */
export function withPart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`the text has no part between ${begin} and ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`
}

/** The part of a text between `<!-- name -->` and `<!-- /name -->`. */
export const partOf = (text: string, name: string): string =>
  text.slice(text.indexOf(`<!-- ${name} -->`) + `<!-- ${name} -->`.length, text.indexOf(`<!-- /${name} -->`)).trim()

function write(file: string, name: string, part: string): void {
  const path = join(root, file)
  writeFileSync(path, withPart(readFileSync(path, 'utf8'), name, part))
}

// `node --import tsx harness/report/documents.ts [DIR...]` writes what is generated in the documents: the example and the
// claims always, and what was measured where folders of reports are named.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write('README.md', 'diagnose', diagnosisExample())
  write('docs/write-ups.md', 'claims', claimsDocument())
  write('docs/causes.md', 'causes', causesTable(causes))
  const folders = process.argv.slice(2).flatMap(runFoldersIn)
  const runs = folders.map(({ record }) => record)
  if (runs.length > 0) write('docs/results.md', 'measured', measuredTable(runs))
  if (runs.length > 0) write('docs/results.md', 'look-alikes', alikeTable(alikeGroups(hostStates(folders))))
  const sweeps = runs.flatMap(({ cells, bisect }) => (bisect ? [] : (sweepResult(cells) ?? [])))
  if (sweeps.length > 0) write('docs/results.md', 'sweeps', sweepsDocument(loadClaims(), sweeps))
  const bisects = runs.flatMap((record) => bisectResult(record) ?? [])
  if (bisects.length > 0) write('docs/results.md', 'bisects', bisectsDocument(bisects))
  const rows = measuredAdvice(runs)
  for (const [kind, { cause }] of Object.entries(faults))
    if (cause && rows.some(({ causes }) => causes === cause.id))
      write(join('harness/causes', kind, 'README.md'), 'measured', adviceTable(rows, cause.id))
}
