import type { RunRecord } from './record.ts'

/** Where a text is in a record: keys and indices. */
export type TextPath = readonly string[]

// These are words of a fixed list in the type of a record. `*` stands for an index or a key.
const enums = [
  /^verdict$/,
  /verdict\/(expected|seen)$/,
  /(^|\/)(stages|cells|claims|attempts|terminatingRule|rules)\/(\*\/)?verdict$/,
  /(probes|fixes)\/\*\/(expected|observed)$/,
  /ladder\/\*$/,
  /detail\/\*\/(state|confidence)$/,
  /outside\/\*\/status$/,
  /traces\/\*\/(from|by|end)$/,
  /(at|stations\/\*)\/(way|location|state)$/,
  /(terminatingRule|rules\/\*)\/(hook|backend)$/,
  /flow\/(protocol|from|kind|size|ought)$/,
]
// Objects whose keys are texts too.
const maps = /^(named|byCause|skipped|ladder|varied)$/

function changed(value: unknown, path: TextPath, change: (text: string, path: TextPath) => string): unknown {
  if (typeof value === 'string') return enums.some((each) => each.test(path.join('/'))) ? value : change(value, path)
  if (Array.isArray(value)) return value.map((each) => changed(each, [...path, '*'], change))
  if (typeof value !== 'object' || value === null) return value
  const isMap = maps.test(path.at(-1) ?? '')
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) =>
      isMap
        ? [change(key, [...path, 'key']), changed(each, [...path, '*'], change)]
        : [key, changed(each, [...path, key], change)],
    ),
  )
}

/**
 * A record with every text changed, those that the lab chooses included, but for the words of fixed lists. `change` gets
 * the text and where it is, with `*` for an index and `key` for a key.
 */
export const withEveryText = (record: RunRecord, change: (text: string, path: TextPath) => string): RunRecord =>
  changed(record, [], change) as RunRecord

/** Whether the lab chooses a text: names of cells, stages and hosts, files of the project, commands. */
export const isOurs = (path: TextPath): boolean =>
  path.some((key) => key === 'missing' || key === 'shard' || key === 'mergedFrom' || key === 'knownIssue') ||
  /^(runId|startedAt|command|name|stage|scenario|variant|title|source|host|provider|accelerator|file|id)$/.test(
    path.at(-1)!,
  )
