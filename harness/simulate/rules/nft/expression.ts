import { bothBits } from '../addresses.ts'
import type { Context } from '../compiled.ts'
import { isUnknown, type Unknown, unknown } from '../truth.ts'
import { ctExpression } from './ct.ts'
import { fibExpression } from './fib.ts'
import { kinds, type Scalar, scalarOf } from './kinds.ts'
import { metaExpression } from './meta.ts'
import { payloadExpression } from './payload.ts'
import { absent, type Expression, isAbsent, isBits, type Reading } from './reading.ts'
import { nameKey, type Scope } from './scope.ts'
import { mapExpression } from './sets.ts'

/** What a rule's expression reads; an unmodelled one reads an unknown value. `compared`: the other operand. */
export function expressionOf(json: unknown, scope: Scope, compared?: unknown): Expression {
  return (typeof json === 'object' && json !== null && known(json as Json, scope, compared)) || notModelled(json, scope)
}

type Json = Record<string, unknown>

function known(json: Json, scope: Scope, compared: unknown): Expression | undefined {
  const [word = ''] = Object.keys(json)
  const value = json[word]
  if (word === 'meta') return metaExpression((value as Json | null)?.key ?? value, scope)
  if (word === 'payload') return payloadExpression(value)
  if (word === 'ct') return ctExpression(value)
  if (word === 'fib') return fibExpression(value, compared)
  if (word === 'concat' && Array.isArray(value)) return concatenation(value.map((part) => expressionOf(part, scope)))
  if (['&', '|', '^', '<<', '>>'].includes(word) && Array.isArray(value)) return combined(word, value, scope)
  if (word === 'map') return mapExpression(value, scope)
  if (word === 'exthdr') return { kinds: [kinds.integer], read: ({ packet }) => absentOr(value, packet.family) }
  if (word === 'numgen' || word === 'jhash' || word === 'symhash')
    return { kinds: [kinds.integer], read: () => chance(scope) }
  return undefined
}

const concatenation = (parts: Expression[]): Expression => ({
  kinds: parts.flatMap((part) => part.kinds),
  read: (context) => parts.flatMap((part) => part.read(context)),
})

/** Bits of a value and a constant. */
function combined(word: string, [one, other]: unknown[], scope: Scope): Expression | undefined {
  const left = expressionOf(one, scope)
  const [kind = kinds.integer] = left.kinds
  const constant = scalarOf(other, kind)
  if (constant === undefined || typeof constant === 'string') return undefined
  const read = (context: Context): Reading => bitwise(word, left.read(context), constant)
  return { kinds: left.kinds, read }
}

function bitwise(word: string, reading: Reading, constant: number | bigint): Reading {
  if (reading === absent || isAbsent(reading)) return absent
  if (isUnknown(reading)) return { ...withoutLearning(reading), key: `${reading.key} ${word} ${constant}` }
  if (isBits(reading)) {
    const number = Number(constant)
    if (word !== '&')
      return unknown('other', `${reading.of} ${word} ${constant}`, `The full value of ${reading.of} is not known.`)
    if ((number & ~reading.known) === 0) return (reading.bits & number) >>> 0
    return { ...reading, bits: reading.bits & number, known: reading.known | ~number }
  }
  if (typeof reading !== 'number' && typeof reading !== 'bigint') return absent
  if (word === '&') return bothBits(reading, constant)
  if (typeof reading === 'bigint' || typeof constant === 'bigint') return wide(word, BigInt(reading), BigInt(constant))
  return (
    { '|': reading | constant, '^': reading ^ constant, '<<': reading << constant, '>>': reading >>> constant }[
      word
    ]! >>> 0
  )
}

const wide = (word: string, one: bigint, other: bigint): Scalar =>
  ({ '|': one | other, '^': one ^ other, '<<': one << other, '>>': one >> other })[word]!

// An answer about a part settles nothing about the whole.
function withoutLearning(reading: Unknown): Unknown {
  const { learn: _, learnValue: __, ...rest } = reading as Unknown & { learnValue?: unknown }
  return rest
}

// No simulated packet is a fragment or has such headers.
const absentOr = (exthdr: unknown, family: 4 | 6): Reading =>
  family === 6 && (exthdr as Json | null)?.field === undefined ? 0 : absent

const chance = ({ id }: Scope): Unknown =>
  unknown('other', `chance ${id}`, 'It depends on chance, or on a count of packets.')

function notModelled(json: unknown, scope: Scope): Expression {
  const words = JSON.stringify(json)?.slice(0, 80) ?? 'nothing'
  // Equal expressions in equal rules read equal values.
  const read = unknown('statement', `${nameKey(scope, '')}${words}`, `What ${words} is here is not known.`)
  return { kinds: [kinds.integer], read: () => read }
}
