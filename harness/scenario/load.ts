import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isMap, type YAMLMap } from 'yaml'
import type { z } from 'zod'
import { LabError } from '../lib/errors.ts'
import { type Cell, cellsOf } from './cell.ts'
import { type Complaint, position, renderComplaint } from './complaint.ts'
import { explain } from './explain.ts'
import { type JsonSchema, scenarioJsonSchema } from './json-schema.ts'
import { keyOf, mergeMaps, rangeOf, toValue } from './nodes.ts'
import { expansionSchema, scenarioSchema, type Vocabulary } from './schema.ts'
import { parseSource, type Source } from './source.ts'

export type { Cell, Expectation } from './cell.ts'

/** Files of the folder that are not scenarios. */
const others = ['known-issues.yaml']
const most = 20

/** Every cell of a folder of scenarios, by file and name; LabError `usage` with all that is wrong in all of them. */
export function loadScenarios(dir: string, vocabulary: Vocabulary): Cell[] {
  const schemas: Schemas = { scenario: scenarioSchema(vocabulary), json: scenarioJsonSchema(vocabulary) }
  const cells: Cell[] = []
  const reports: string[] = []
  let count = 0
  for (const name of scenarioFiles(dir)) {
    const file = shortest(join(dir, name))
    const source = parseSource(readFileSync(join(dir, name), 'utf8'))
    cells.push(...readScenario(name, file, source, schemas, vocabulary, cells))
    const complaints = inOrder(source.complaints)
    count += complaints.length
    reports.push(...complaints.slice(0, most).map((each) => renderComplaint(file, source.text, source.lines, each)))
    if (complaints.length > most) reports.push(`${file}: ${complaints.length - most} more`)
  }
  if (count > 0) {
    const hint = `${count === 1 ? 'one error' : `${count} errors`} in ${shortest(dir)}; nothing was started`
    throw new LabError('usage', reports.join('\n\n'), { hint })
  }
  return cells
}

/** A path as people would type it: relative where it is below the working folder. */
function shortest(path: string): string {
  const below = relative('', path)
  return below === '' || below.startsWith('..') ? path : below
}

interface Schemas {
  scenario: ReturnType<typeof scenarioSchema>
  json: JsonSchema
}

function scenarioFiles(dir: string): string[] {
  let names: string[]
  try {
    names = readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : entry.name))
  } catch (cause) {
    throw new LabError('usage', `no folder of scenarios at ${dir}`, { cause, hint: 'run from the root of the project' })
  }
  return names.filter((name) => /^[^.].*\.ya?ml$/.test(name) && !others.includes(name)).sort()
}

/** The cells of one file; what is wrong with it is added to the source's complaints. */
function readScenario(
  name: string,
  file: string,
  source: Source,
  schemas: Schemas,
  vocabulary: Vocabulary,
  earlier: readonly Cell[],
): Cell[] {
  const scenario = name.replace(/\.ya?ml$/, '')
  if (!/^[a-z0-9]+(?:[.-][a-z0-9]+)*\.yaml$/.test(name))
    source.complaints.push({
      at: [0, 1],
      message: `the file name \`${name}\` must be lower-case words and \`.yaml\`: cells are named after it`,
    })
  if (!source.root) return []
  const cells: Cell[] = []
  for (const { variant, map, at, within } of expand(source.root, source.complaints, schemas.json)) {
    const checked = check(map, schemas.scenario)
    if (!checked.data) {
      const found = (checked.error?.issues ?? []).flatMap((issue) => explain(issue, map, schemas.json))
      source.complaints.push(...found.map((each) => inVariant(each, variant, within)))
      continue
    }
    const where = { file, line: position(source.lines, at[0]).line }
    for (const cell of cellsOf(checked.data, { scenario, variant, where }, vocabulary.probes)) {
      const twin = [...earlier, ...cells].find((other) => other.name === cell.name)
      if (!twin) cells.push(cell)
      else
        source.complaints.push({
          at,
          message: `the cell \`${cell.name}\` exists already`,
          hint: `it comes from ${twin.where.file}:${twin.where.line}; rename the scenario or the variant`,
        })
    }
  }
  return cells
}

/** The scenario itself, unless it says `base: false`, and each of its variants merged into it. */
function* expand(root: YAMLMap, complaints: Complaint[], schema: JsonSchema) {
  const own = (pair: YAMLMap['items'][number]) => ['base', 'variants'].includes(keyOf(pair))
  const base = pick(root, (pair) => !own(pair))
  const expansion = check(pick(root, own), expansionSchema)
  for (const issue of expansion.error?.issues ?? []) complaints.push(...explain(issue, root, schema))
  if (expansion.data?.base ?? true) yield { variant: undefined, map: base, at: rangeOf(root), within: rangeOf(root) }
  const variants = root.items.find((pair) => keyOf(pair) === 'variants')?.value
  if (!isMap(variants)) return
  for (const pair of variants.items)
    if (isMap(pair.value))
      yield {
        variant: keyOf(pair),
        map: mergeMaps(base, pair.value),
        at: rangeOf(pair.key),
        within: rangeOf(pair.value),
      }
}

function pick(map: YAMLMap, keep: (pair: YAMLMap['items'][number]) => boolean): YAMLMap {
  const picked = map.clone() as YAMLMap
  picked.range = map.range
  picked.items = map.items.filter(keep)
  return picked
}

const check = <T extends z.ZodType>(map: YAMLMap, schema: T) => schema.safeParse(toValue(map))

/** Says which variant brings out a mistake that stands outside it. */
function inVariant(complaint: Complaint, variant: string | undefined, within: Complaint['at']): Complaint {
  if (!variant || (complaint.at[0] >= within[0] && complaint.at[0] < within[1])) return complaint
  return { ...complaint, hint: [complaint.hint, `in variant \`${variant}\``].filter(Boolean).join('; ') }
}

/** Each complaint once, from the top: variants repeat what is wrong with their base. */
function inOrder(complaints: readonly Complaint[]): Complaint[] {
  const unique = new Map(complaints.toReversed().map((each) => [`${each.at[0]} ${each.message}`, each]))
  return [...unique.values()].sort((a, b) => a.at[0] - b.at[0])
}
