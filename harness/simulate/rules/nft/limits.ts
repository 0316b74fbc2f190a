import type { Test } from '../compiled.ts'
import { bytesOf, withinCount, withinRate } from '../rates.ts'
import { not, type Truth, unknown } from '../truth.ts'
import type { Scope } from './scope.ts'

type Json = Record<string, unknown>

/** The condition of a `limit`, `quota` or `ct count`; undefined where it cannot be read. */
export function limitTest(word: string, json: unknown, scope: Scope): Test | undefined {
  const named = typeof json === 'string'
  const value = named ? namedObject(word, json, scope) : (json as Json | null)
  if (named && !value) return () => missing(word, json, scope)
  if (typeof value !== 'object' || value === null) return undefined
  const key = named ? `${word} ${scope.family} ${scope.table} ${json}` : `${word} ${scope.id}`
  const over = value.inv === true
  const turned = (truth: Truth): Truth => (over ? not(truth) : truth)
  if (word === 'limit') {
    const { rate, per, rate_unit } = value
    if (typeof rate !== 'number' || typeof per !== 'string') return undefined
    const unit = typeof rate_unit === 'string' ? rate_unit : undefined
    const burst = typeof value.burst === 'number' ? { burst: value.burst } : {}
    const text = `a limit of ${rate} ${unit ?? 'packets'} per ${per}`
    const within = withinRate({ amount: rate, per, ...burst, ...(unit && { unit }) }, text, key)
    return ({ packet }) => turned(within(packet))
  }
  if (word === 'ct count') {
    const { val } = value
    if (typeof val !== 'number') return undefined
    return ({ host }) => turned(withinCount(val, host.conntrackCount, `a limit of ${val} connections`, key))
  }
  return quotaTest(value, turned, key)
}

function quotaTest(value: Json, turned: (truth: Truth) => Truth, key: string): Test | undefined {
  const total = bytesOf(Number(value.val ?? value.bytes), unitOf(value.val_unit))
  const used = bytesOf(Number(value.used ?? 0), unitOf(value.used_unit))
  if (total === undefined || used === undefined || Number.isNaN(total) || Number.isNaN(used)) return undefined
  const message = `Whether a quota of ${total} bytes is used up is not known: ${used} of them were.`
  // Little of the quota is left: it may be used up by now.
  const near = used < total && total - used < 100_000
  const truth = near ? unknown('quota', key, message) : used < total
  return () => turned(truth)
}

const unitOf = (unit: unknown): string => (typeof unit === 'string' ? unit : 'bytes')

function namedObject(kind: string, name: string, { family, table, objects }: Scope): Json | undefined {
  return objects.others.find(
    (each) => each.kind === kind && each.name === name && each.family === family && each.table === table,
  )?.value
}

const missing = (word: string, name: string, { family, table }: Scope): Truth =>
  unknown(
    word === 'quota' ? 'quota' : 'limit',
    `${word} ${family} ${table} ${name}`,
    `The ${word} ${name} of ${table} is not in the listing.`,
  )
