import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { YAMLMap } from 'yaml'
import type { z } from 'zod'
import { LabError } from '../lib/errors.ts'
import type { Cell, Draft } from './cell.ts'
import { type Complaint, position, renderComplaint, shortest } from './complaint.ts'
import { expand, expansionKeys, overlaidHosts } from './expand.ts'
import { explain, rangeAt } from './explain.ts'
import { type JsonSchema, scenarioJsonSchema } from './json-schema.ts'
import { toValue } from './nodes.ts'
import { cellsOf } from './pair.ts'
import { expansionSchema, scenarioSchema } from './schema.ts'
import { parseSource, type Source } from './source.ts'
import type { Registry } from './terms.ts'

export type { Cell, Expectation } from './cell.ts'

// Files of the folder that are not scenarios.
const others = ['known-issues.yaml']
const most = 20

/** Every cell of a folder of scenarios. Throws LabError `usage` with all mistakes of all files. */
export function loadScenarios(dir: string, registry: Registry): Cell[] {
  const schemas: Schemas = {
    scenario: scenarioSchema(registry),
    expansion: expansionSchema(registry),
    json: scenarioJsonSchema(registry),
  }
  const drafts: Draft[] = []
  const files = scenarioFiles(dir).map((name) => {
    const file = shortest(join(dir, name))
    const source = parseSource(readFileSync(join(dir, name), 'utf8'))
    drafts.push(...readScenario(name, file, source, schemas, registry, drafts))
    return { file, source }
  })
  // A pair is computed from other cells, and a mistake elsewhere may be all that makes them missing.
  const sound = files.every(({ source }) => source.complaints.length === 0)
  const cells = sound ? cellsOf(drafts, registry.probes) : []
  const reports: string[] = []
  let count = 0
  for (const { file, source } of files) {
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

interface Schemas {
  scenario: ReturnType<typeof scenarioSchema>
  expansion: ReturnType<typeof expansionSchema>
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

/** The drafts of one file's cells. Mistakes go to the source's complaints. */
function readScenario(
  name: string,
  file: string,
  source: Source,
  schemas: Schemas,
  registry: Registry,
  earlier: readonly Draft[],
): Draft[] {
  const scenario = name.replace(/\.ya?ml$/, '')
  if (!/^[a-z0-9]+(?:[.-][a-z0-9]+)*\.yaml$/.test(name))
    source.complaints.push({
      at: [0, 1],
      message: `the file name \`${name}\` must be lower-case words and \`.yaml\`, because cells are named after it`,
    })
  if (!source.root) return []
  const expansion = check(expansionKeys(source.root), schemas.expansion)
  for (const issue of expansion.error?.issues ?? [])
    source.complaints.push(...explain(issue, source.root, schemas.json))
  const drafts: Draft[] = []
  const used = new Set<string>()
  for (const { variant, map, on, at, within } of expand(source.root, expansion.data?.base ?? true, registry.likes)) {
    const read = (mapping: YAMLMap) => {
      const { data, error } = check(mapping, schemas.scenario)
      const found = (error?.issues ?? []).flatMap((issue) => explain(issue, mapping, schemas.json))
      source.complaints.push(...found.map((each) => inVariant(each, variant, within)))
      return data
    }
    const everywhere = read(map)
    const where = { file, line: position(source.lines, at[0]).line }
    for (const host of everywhere?.hosts ?? []) {
      used.add(host)
      const overlaid = on(host)
      const here = overlaid ? read(overlaid) : everywhere
      if (!here) continue
      const cell = [host, scenario, variant].filter(Boolean).join('-')
      const twin = [...earlier, ...drafts].find((other) => other.name === cell)?.origin.where
      const refuse: Draft['refuse'] = (key, message, hint) =>
        source.complaints.push(
          inVariant({ at: rangeAt(overlaid ?? map, [key], 'value'), message, hint }, variant, within),
        )
      if (!twin) drafts.push({ name: cell, scenario: here, host, origin: { scenario, variant, where }, refuse })
      else
        source.complaints.push({
          at,
          message: `the cell \`${cell}\` exists already`,
          hint: `it comes from ${twin.file}:${twin.line}; rename the scenario or the variant`,
        })
    }
  }
  for (const { host, at } of overlaidHosts(source.root))
    if (used.size > 0 && !used.has(host) && registry.hosts.includes(host))
      source.complaints.push({ at, message: `\`${host}\` is not one of \`hosts\``, hint: 'nothing runs there' })
  return drafts
}

const check = <T extends z.ZodType>(map: YAMLMap, schema: T) => schema.safeParse(toValue(map))

/** Adds the variant to the hint, where it brings out a mistake outside itself. */
function inVariant(complaint: Complaint, variant: string | undefined, within: Complaint['at']): Complaint {
  if (!variant || (complaint.at[0] >= within[0] && complaint.at[0] < within[1])) return complaint
  return { ...complaint, hint: [complaint.hint, `in variant \`${variant}\``].filter(Boolean).join('; ') }
}

/** Each complaint once, from top to bottom: variants repeat the mistakes of their base. */
function inOrder(complaints: readonly Complaint[]): Complaint[] {
  const unique = new Map(complaints.toReversed().map((each) => [`${each.at[0]} ${each.message}`, each]))
  return [...unique.values()].sort((a, b) => a.at[0] - b.at[0])
}
