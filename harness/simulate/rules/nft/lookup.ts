import { prefixInterval } from '../addresses.ts'
import { every, isUnknown, type Truth, type Unknown, unknown } from '../truth.ts'
import type { Kind, Scalar } from './kinds.ts'
import { scalarOf } from './kinds.ts'
import { about, equals, isBits, type Reading } from './reading.ts'

/** One part of a set's element: a value, an interval, a prefix of a name, anything, or something unreadable. */
export type Part =
  | { is: 'value'; value: Scalar }
  | { is: 'interval'; low: Scalar; high: Scalar }
  | { is: 'beginning'; text: string }
  | { is: 'any' }
  | { is: 'unreadable' }

/** A rule's constant or a set's element, ready to compare with. */
export function partOf(json: unknown, kind: Kind): Part {
  if (json === '*') return { is: 'any' }
  if (typeof json === 'string' && kind.width === 0 && json.endsWith('*') && !json.endsWith('\\*'))
    return { is: 'beginning', text: json.slice(0, -1).replaceAll('\\*', '*') }
  const value = scalarOf(json, kind)
  if (value !== undefined) return { is: 'value', value }
  if (typeof json !== 'object' || json === null) return { is: 'unreadable' }
  const { range, prefix } = json as { range?: unknown; prefix?: { addr?: unknown; len?: unknown } }
  if (Array.isArray(range)) {
    const [low, high] = range.map((end) => scalarOf(end, kind))
    return low !== undefined && high !== undefined ? { is: 'interval', low, high } : { is: 'unreadable' }
  }
  return prefix ? prefixPart(prefix, kind) : { is: 'unreadable' }
}

function prefixPart({ addr, len }: { addr?: unknown; len?: unknown }, kind: Kind): Part {
  if (typeof len !== 'number') return { is: 'unreadable' }
  if (kind.name === 'ipv4' || kind.name === 'ipv6') {
    const interval = prefixInterval(String(addr), len)
    const fits = interval && (typeof interval.low === 'number') === (kind.width === 32)
    return fits ? { is: 'interval', ...interval } : { is: 'unreadable' }
  }
  const base = scalarOf(addr, kind)
  if (typeof base !== 'number' || len < 0 || len > kind.width) return { is: 'unreadable' }
  const size = 2 ** (kind.width - len)
  const low = Math.floor(base / size) * size
  return { is: 'interval', low, high: low + size - 1 }
}

/** Whether a read value matches a part. */
export function fits(reading: Reading, part: Part): Truth {
  if (part.is === 'any') return true
  if (part.is === 'unreadable')
    return unknown('listing', 'unreadable element', 'A set has an element that cannot be read.')
  if (part.is === 'value') return equals(reading, part.value)
  if (isUnknown(reading)) return about(reading, JSON.stringify(part, printable))
  if (part.is === 'beginning') return typeof reading === 'string' && reading.startsWith(part.text)
  if (isBits(reading))
    return about(unknown('other', reading.of, `The full value of ${reading.of} is not known.`), 'interval')
  return (reading as Scalar) >= part.low && (reading as Scalar) <= part.high
}

const printable = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** The elements of a set or map, ready for lookups. */
export class Lookup<V> {
  private readonly exact = new Map<string, V>()
  private readonly intervals: { low: Scalar; high: Scalar; value: V }[] = []
  private readonly others: { parts: Part[]; value: V }[] = []
  private rest: { value: V } | undefined
  private readonly width: number

  constructor(elements: readonly (readonly [Part[], V])[], width: number) {
    this.width = width
    for (const [parts, value] of elements) this.add(parts, value)
    this.intervals.sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0))
    this.disentangle()
  }

  /** Overlapping intervals with equal values merge; otherwise the later one is compared separately. */
  private disentangle(): void {
    const apart: typeof this.intervals = []
    for (const interval of this.intervals) {
      const last = apart.at(-1)
      if (!last || interval.low > last.high) apart.push({ ...interval })
      else if (last.value !== interval.value)
        this.others.push({ parts: [{ is: 'interval', ...interval }], value: interval.value })
      else if (interval.high > last.high) last.high = interval.high
    }
    this.intervals.splice(0, this.intervals.length, ...apart)
  }

  private add(parts: Part[], value: V): void {
    const [first] = parts
    if (parts.length === 1 && first?.is === 'any') this.rest = { value }
    else if (parts.length !== this.width) this.others.push({ parts: [{ is: 'unreadable' }], value })
    else if (parts.every((part) => part.is === 'value')) {
      const key = keyOf(parts.map((part) => part.value))
      if (!this.exact.has(key)) this.exact.set(key, value)
    } else if (parts.length === 1 && first?.is === 'interval') this.intervals.push({ ...first, value })
    else this.others.push({ parts, value })
  }

  /** The matching element's value; undefined where none matches; unknown where that depends on something unknown. */
  find(reading: Reading): { value: V } | undefined | { why: Unknown; values: V[] } {
    const readings = Array.isArray(reading) ? reading : [reading]
    if (readings.some((each) => isUnknown(each) || isBits(each))) return this.search(readings)
    const key = keyOf(readings as Scalar[])
    if (this.exact.has(key)) return { value: this.exact.get(key)! }
    const interval = readings.length === 1 ? this.between(readings[0] as Scalar) : undefined
    if (interval) return interval
    let doubt: { why: Unknown; values: V[] } | undefined
    for (const { parts, value } of this.others) {
      const truth = every(parts.map((part, at) => fits(readings[at] ?? '', part)))
      if (truth === true) return { value }
      if (truth !== false) doubt = { why: truth, values: [...(doubt?.values ?? []), value] }
    }
    if (doubt && this.rest) doubt.values.push(this.rest.value)
    return doubt ?? this.rest
  }

  private between(value: Scalar): { value: V } | undefined {
    let [from, to] = [0, this.intervals.length - 1]
    while (from <= to) {
      const middle = (from + to) >> 1
      const { low, high, value: found } = this.intervals[middle]!
      if (value < low) to = middle - 1
      else if (value > high) from = middle + 1
      else return { value: found }
    }
    return undefined
  }

  /** Where a part is unknown, every element may match. */
  private search(readings: Reading[]): { value: V } | undefined | { why: Unknown; values: V[] } {
    const values: V[] = []
    let why: Unknown | undefined
    for (const [parts, value] of this.all()) {
      const truth = every(parts.map((part, at) => fits(readings[at] ?? '', part)))
      if (truth === true) return { value }
      if (truth === false) continue
      values.push(value)
      why = why === undefined ? truth : { ...why, key: `${why.key} or ${truth.key}`, inverted: false }
      if (values.length > 1) delete why.learn
    }
    if (!why) return this.rest
    if (this.rest) values.push(this.rest.value)
    return { why, values }
  }

  private *all(): Generator<[Part[], V]> {
    for (const [key, value] of this.exact) yield [scalarsOf(key).map((each) => ({ is: 'value', value: each })), value]
    for (const { low, high, value } of this.intervals) yield [[{ is: 'interval', low, high }], value]
    for (const { parts, value } of this.others) yield [parts, value]
  }
}

// A value's kind is part of the key: port 80 is not an interface named 80.
const keyOf = (values: readonly Scalar[]): string => values.map((value) => `${(typeof value)[0]}${value}`).join('\n')
const scalarsOf = (key: string): Scalar[] =>
  key.split('\n').map((text) => {
    const value = text.slice(1)
    return text[0] === 'n' ? Number(value) : text[0] === 'b' ? BigInt(value) : value
  })
