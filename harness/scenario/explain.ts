import { isMap, isSeq, type Pair, type YAMLMap } from 'yaml'
import type { z } from 'zod'
import { nearest } from '../lib/text.ts'
import type { Complaint } from './complaint.ts'
import type { JsonSchema } from './json-schema.ts'
import { keyOf, rangeOf, toValue } from './nodes.ts'

type Path = readonly PropertyKey[]

/** Turns an issue of the schema into complaints for the author: where it is, what is wrong, what to write instead. */
export function explain(issue: z.core.$ZodIssue, root: YAMLMap, schema: JsonSchema): Complaint[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      at: rangeAt(root, [...issue.path, key], 'key'),
      message: `unknown key \`${key}\`${within(issue.path)}`,
      hint: suggest(
        key,
        keysAt(schema, root, issue.path).filter((known) => known !== key),
      ),
    }))

  const value = valueAt(root, issue.path)
  const key = `\`${dotted(issue.path)}\``
  if (value === undefined) {
    const known = schemaAt(schema, root, issue.path)
    const message = `missing key \`${String(issue.path.at(-1))}\`${within(issue.path.slice(0, -1))}`
    return [{ at: rangeAt(root, issue.path, 'key'), message, hint: known?.description }]
  }

  const at = rangeAt(root, issue.path, 'value')
  const words = wordsOf(issue)
  if (words && typeof value === 'string')
    return [{ at, message: `${key} cannot be \`${value}\``, hint: suggest(value, words) }]
  if (words) return [{ at, message: `${key} is ${kindOf(value)}, not a word`, hint: `one of: ${words.join(', ')}` }]
  if (issue.code === 'invalid_type') {
    const message = `${key} is ${kindOf(value)}; it must be ${kinds[issue.expected] ?? issue.expected}`
    return [{ at, message, hint: rewrite(issue.expected, value) }]
  }
  if (issue.code === 'too_small') return [{ at, message: `${key} must not be empty` }]
  if (issue.code === 'invalid_key')
    return [{ at: rangeAt(root, issue.path, 'key'), message: `${key}: the name ${issue.issues[0]?.message}` }]
  return [{ at, message: `${key} ${issue.message}` }]
}

/** The words that a value may be, where there is such a list. */
function wordsOf(issue: z.core.$ZodIssue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  return issue.code === 'invalid_union' && 'options' in issue ? issue.options?.map(String) : undefined
}

function suggest(wrong: string, known: readonly string[]): string {
  if (known.length === 0) return 'there are none to choose from'
  const [near] = nearest(wrong, known, 1)
  const all = `one of: ${known.join(', ')}`
  if (near === undefined) return all
  return `did you mean \`${near}\`?${known.length > 1 && all.length <= 80 ? ` (${all})` : ''}`
}

const kinds: Record<string, string> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'empty'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a mapping'
  return typeof value === 'string' ? 'text' : `the ${typeof value} ${value}`
}

function rewrite(expected: string, value: unknown): string | undefined {
  const scalar = typeof value === 'number' || typeof value === 'boolean'
  if (expected === 'string' && scalar) return 'put it in quotes'
  if (expected === 'array' && (scalar || typeof value === 'string')) return `write it as a list: [${value}]`
  if (expected === 'boolean' && typeof value === 'string') return 'write true or false, without quotes'
  return undefined
}

const within = (path: Path): string => (path.length > 0 ? ` in \`${dotted(path)}\`` : '')

const dotted = (path: Path): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('')

/** The position of a key or value; where it is missing, that of the nearest thing around it. */
export function rangeAt(root: YAMLMap, path: Path, part: 'key' | 'value'): Complaint['at'] {
  let node: unknown = root
  let range: Complaint['at'] = [rangeOf(root)[0], rangeOf(root)[0] + 1]
  for (const [index, segment] of path.entries()) {
    const next = step(node, segment)
    if (!next) return range
    const last = index === path.length - 1
    // An empty value has no position of its own.
    const pointAtValue = next.key === undefined || (last && part === 'value' && rangeLength(next.value) > 0)
    range = rangeOf(pointAtValue ? next.value : next.key)
    node = next.value
  }
  return range
}

const rangeLength = (node: unknown): number => {
  const range = (node as { range?: number[] } | null)?.range
  return range ? range[1]! - range[0]! : 0
}

function step(node: unknown, segment: PropertyKey): { key?: unknown; value: unknown } | undefined {
  if (isMap(node)) return node.items.find((pair: Pair) => keyOf(pair) === segment)
  if (isSeq(node) && Number(segment) in node.items) return { value: node.items[Number(segment)] }
  return undefined
}

function valueAt(root: YAMLMap, path: Path): unknown {
  let value: unknown = toValue(root)
  for (const segment of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[segment]
  return value
}

/** The schema of the value at a path; a fault's by its kind. */
function schemaAt(schema: JsonSchema, root: YAMLMap, path: Path): JsonSchema | undefined {
  let current: JsonSchema | undefined = schema
  for (const [index, segment] of path.entries()) {
    if (typeof segment === 'number') current = current?.items
    else current = current?.properties?.[String(segment)]
    if (!current?.oneOf) continue
    const kind = valueAt(root, [...path.slice(0, index + 1), 'kind'])
    current = current.oneOf.find((option) => option.properties?.kind?.const === kind)
  }
  return current
}

const keysAt = (schema: JsonSchema, root: YAMLMap, path: Path): string[] =>
  Object.keys(schemaAt(schema, root, path)?.properties ?? {})
