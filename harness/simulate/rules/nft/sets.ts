import { type Unknown, unknown } from '../truth.ts'
import { expressionOf } from './expression.ts'
import { type Kind, kinds, type Scalar } from './kinds.ts'
import { Lookup, type Part, partOf } from './lookup.ts'
import { absent, type Expression, isAbsent, type Reading } from './reading.ts'
import { nameKey, type Scope } from './scope.ts'

/** The elements for a lookup: `{ set: [...] }`, `@name`, or a list; `use`: what a map maps to. */
export function lookupOf<V>(
  json: unknown,
  expected: readonly Kind[],
  scope: Scope,
  use: { as: 'set' | 'map' | 'verdicts'; toValue: (json: unknown) => V },
): { lookup: Lookup<V> } | { why: Unknown; lookup?: Lookup<V> } {
  const name = typeof json === 'string' && json.startsWith('@') ? json.slice(1) : undefined
  if (name === undefined) return { lookup: read(elementsIn(json), expected, use.toValue) }
  const key = nameKey(scope, name)
  const settle = `nft list set ${key}`
  const own = ({ family, table, name: other }: { family: string; table: string; name: string }): boolean =>
    other === name && family === scope.family && table === scope.table
  const found = scope.objects.sets.find(own) ?? scope.objects.maps.find(own)
  if (!found)
    return {
      why: unknown('set', `set ${key}`, `The content of the set ${name} of ${scope.table} is not known.`, settle),
    }
  const cached = `${key} ${expected.map((kind) => kind.name).join('.')} ${use.as}`
  const lookup = (scope.cache.get(cached) as Lookup<V> | undefined) ?? read(found.elem, expected, use.toValue)
  scope.cache.set(cached, lookup)
  if (!scope.written.has(key)) return { lookup }
  const message = `Rules add packets’ addresses to the set ${name} of ${scope.table}, so its content changes.`
  return { why: unknown('set', `set ${key}`, message, settle), lookup }
}

function elementsIn(json: unknown): unknown[] {
  const set = (json as { set?: unknown } | null)?.set
  if (set !== undefined) return Array.isArray(set) ? set : [set]
  return Array.isArray(json) ? json : [json]
}

function read<V>(elements: readonly unknown[], expected: readonly Kind[], toValue: (json: unknown) => V): Lookup<V> {
  const entries = elements.map((element): [Part[], V] => {
    const pair = Array.isArray(element) && element.length === 2 ? element : [element, undefined]
    return [partsOf(bare(pair[0]), expected), toValue(pair[1])]
  })
  return new Lookup(entries, expected.length)
}

/** An element without its timeout, counter and comment. */
function bare(json: unknown): unknown {
  const elem = (json as { elem?: unknown } | null)?.elem
  return elem === undefined ? json : ((elem as { val?: unknown } | null)?.val ?? elem)
}

function partsOf(json: unknown, expected: readonly Kind[]): Part[] {
  if (json === '*') return [{ is: 'any' }]
  const concat = (json as { concat?: unknown } | null)?.concat
  const parts = Array.isArray(concat) ? concat : [json]
  return parts.map((part, at) => partOf(bare(part), expected[at] ?? kinds.integer))
}

/** `KEY map { … }`: a value that depends on another value. Absent where no element matches. */
export function mapExpression(map: unknown, scope: Scope): Expression | undefined {
  const { key, data } = (map ?? {}) as { key?: unknown; data?: unknown }
  if (key === undefined || data === undefined) return undefined
  const left = expressionOf(key, scope)
  const values = lookupOf(data, left.kinds, scope, { as: 'map', toValue: valueReading })
  if ('why' in values) return { kinds: [kinds.integer], read: () => values.why }
  const read: Expression['read'] = (context) => {
    const reading = left.read(context)
    if (isAbsent(reading)) return absent
    const found = values.lookup.find(reading)
    if (!found) return absent
    return 'why' in found ? found.why : found.value
  }
  return { kinds: [kinds.integer], read }
}

/** A map's value as nft prints it: addresses as text, other values as numbers; a list for a concatenation. */
function valueReading(json: unknown): Reading {
  const value = bare(json)
  if (typeof value === 'number' || typeof value === 'string') return value as Scalar
  const concat = (value as { concat?: unknown } | null)?.concat
  if (Array.isArray(concat)) return concat.map(valueReading)
  return unknown('statement', `map value ${JSON.stringify(value)}`, 'A value of a map cannot be read.')
}
