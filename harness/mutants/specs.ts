import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { isIn } from './scope.ts'

// Specs that start hosts, browsers or other programs: they take minutes, and a mutant does not get into another process.
// Those of sabotage expect texts of the sources, which have the mutants in them.
const left =
  /^harness\/(hosts|images|package|commands|outside|bench|report|mutants|sabotage|recordings|[^/]*\.spec\.ts$)/
const slowSpecs = /^harness\/simulate\/kernel\/kernel\.spec\.ts$/
const needed = /^harness\/(run|lanes|lanes-record|two-at-once)\.spec\.ts$/

/** The relative imports of a source, as paths from the project's root; a template's variable part is `*`. */
export const importsOf = (file: string, source: string): string[] =>
  [...source.matchAll(/(?:from |import |import\()(?:'(\.[^']+)'|`(\.[^`]+)`)/g)].map(([, fixed, template]) =>
    join(dirname(file), fixed ?? template!.replace(/\$\{[^}]*\}/g, '*')),
  )

const matches = (pattern: string, file: string): boolean => {
  const [before, after] = pattern.split('*')
  if (after === undefined) return pattern === file
  return file.startsWith(before!) && file.endsWith(after) && !file.slice(before!.length, -after.length).includes('/')
}

/** The specs that import a file of a folder, directly or through others. `sources` holds the text of each file. */
export function specsImporting(folder: string, sources: ReadonlyMap<string, string>): string[] {
  const files = [...sources.keys()]
  const importers = new Map<string, string[]>()
  for (const [file, source] of sources)
    for (const pattern of importsOf(file, source))
      for (const to of pattern.includes('*') ? files.filter((each) => matches(pattern, each)) : [pattern])
        importers.set(to, [...(importers.get(to) ?? []), file])
  const importing = new Set(files.filter((file) => isIn(folder, file)))
  for (const file of importing) for (const importer of importers.get(file) ?? []) importing.add(importer)
  return [...importing]
    .filter((file) => file.endsWith('.spec.ts') && (needed.test(file) || !(left.test(file) || slowSpecs.test(file))))
    .sort()
}

/** The specs that stand in a folder, or beside the one file that is mutated, and all others. */
export function splitNear(folder: string, specs: readonly string[]): { own: string[]; others: string[] } {
  const home = folder.endsWith('.ts') ? dirname(folder) : folder
  return { own: specs.filter((file) => isIn(home, file)), others: specs.filter((file) => !isIn(home, file)) }
}

/** The text of every TypeScript file under harness/, by its path from the project's root. */
export function readSources(root: string): Map<string, string> {
  const files = readdirSync(join(root, 'harness'), { recursive: true, encoding: 'utf8' })
  return new Map(
    files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(root, 'harness', file))
      .map((path) => [relative(root, path), readFileSync(path, 'utf8')]),
  )
}
