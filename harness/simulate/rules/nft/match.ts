import type { Context, Test } from '../compiled.ts'
import { isUnknown, not, type Truth, type Unknown, unknown } from '../truth.ts'
import { boundedComparison } from './bounded.ts'
import { expressionOf } from './expression.ts'
import { kinds, type Scalar, scalarOf } from './kinds.ts'
import { fits, type Part, partOf } from './lookup.ts'
import { about, absent, type Expression, hasBits, isAbsent, isBits, type Reading } from './reading.ts'
import type { Scope } from './scope.ts'
import { lookupOf } from './sets.ts'

/** The condition of a `match`; unknown where it cannot be read. */
export function matchTest(json: unknown, scope: Scope): Test {
  const { op, left, right } = (json ?? {}) as { op?: unknown; left?: unknown; right?: unknown }
  if (typeof op !== 'string' || left === undefined || right === undefined) return () => damaged(json, scope)
  const expression = expressionOf(left, scope, right)
  const compare = comparison(op, expression, right, scope, left)
  if (!compare) return () => damaged(json, scope)
  return (context) => {
    const reading = expression.read(context)
    // Source: linux/net/netfilter/nft_payload.c and others, NFT_BREAK: the rule stops, whatever the operator.
    return isAbsent(reading) ? false : compare(reading, context)
  }
}

const sides = { iif: 'input', iifname: 'input', oif: 'output', oifname: 'output' } as const

/**
 * The interface whose name alone a `match` compares, and the only name that it accepts; undefined for other matches.
 */
export function interfaceOf(json: unknown): { interface?: 'input' | 'output'; only?: string } {
  const { op, left, right } = (json ?? {}) as {
    op?: unknown
    left?: { meta?: { key?: unknown } } | null
    right?: unknown
  }
  const side = sides[left?.meta?.key as keyof typeof sides]
  if (side === undefined || typeof right !== 'string' || right.startsWith('@')) return {}
  return { interface: side, ...(op === '==' && !right.includes('*') && { only: right }) }
}

const damaged = (json: unknown, { id }: Scope): Unknown =>
  unknown('statement', `match ${id} ${JSON.stringify(json)}`, 'A condition of this rule cannot be read.')

type Compare = (reading: Reading, context: Context) => Truth

function comparison(
  op: string,
  expression: Expression,
  right: unknown,
  scope: Scope,
  left: unknown,
): Compare | undefined {
  const [kind = kinds.integer] = expression.kinds
  const single = expression.kinds.length === 1
  const bounded = boundedComparison(op, left, right)
  if (bounded) return (_, { packet }) => bounded(packet)
  if (isExpression(right)) return op === '==' || op === '!=' ? withExpression(op, right, scope) : undefined
  if (op === '<' || op === '>' || op === '<=' || op === '>=') return ordered(op, scalarOf(right, kind))
  const set = isSet(right)
  // Old nft printed `ct state a,b` with `==`. No packet has two states, so it is no single value.
  const manyBits =
    kind.bitmask && single && !set && (op === 'in' || op === '!' || (op === '==' && kind === kinds.state))
  if (manyBits) return withBits(op, scalarOf(right, kind))
  if (!['==', '!=', 'in'].includes(op)) return undefined
  const found = set || !single ? member(right, expression, scope) : one(partOf(right, kind))
  if (!found) return undefined
  return op === '!=' ? (reading) => not(found(reading)) : found
}

const isSet = (right: unknown): boolean =>
  (typeof right === 'string' && right.startsWith('@')) ||
  (typeof right === 'object' && right !== null && Object.hasOwn(right, 'set'))

const expressions = ['meta', 'payload', 'ct', 'fib', 'rt', 'map', 'numgen', 'jhash']
const isExpression = (right: unknown): boolean =>
  typeof right === 'object' && right !== null && expressions.some((word) => Object.hasOwn(right, word))

function withBits(op: string, mask: Scalar | undefined): ((reading: Reading) => Truth) | undefined {
  if (typeof mask !== 'number') return undefined
  return op === '!' ? (reading) => not(hasBits(reading, mask)) : (reading) => hasBits(reading, mask)
}

function one(part: Part): ((reading: Reading) => Truth) | undefined {
  return part.is === 'unreadable' ? undefined : (reading) => fits(reading, part)
}

function member(right: unknown, { kinds }: Expression, scope: Scope): (reading: Reading) => Truth {
  // A concatenation compared with one value is a set of one element.
  const found = lookupOf(isSet(right) ? right : { set: [right] }, kinds, scope, {
    as: 'set',
    toValue: () => true,
  })
  if ('why' in found) {
    const { why } = found
    return (reading) => ({ ...why, key: `${why.key} ${print(reading)}` })
  }
  return (reading) => {
    const hit = found.lookup.find(reading)
    return hit === undefined ? false : 'why' in hit ? hit.why : true
  }
}

const print = (reading: Reading): string =>
  JSON.stringify(reading, (_, value) => (typeof value === 'bigint' ? String(value) : value))

function ordered(op: string, limit: Scalar | undefined): ((reading: Reading) => Truth) | undefined {
  if (limit === undefined) return undefined
  return (reading) => {
    if (isUnknown(reading)) return about(reading, `${op} ${limit}`)
    if (isBits(reading))
      return about(unknown('other', reading.of, `The full value of ${reading.of} is not known.`), `${op} ${limit}`)
    const value = reading as Scalar
    if (op === '<') return value < limit
    if (op === '>') return value > limit
    return op === '<=' ? value <= limit : value >= limit
  }
}

function withExpression(op: string, right: unknown, scope: Scope): Compare {
  const other = expressionOf(right, scope)
  return (reading, context) => {
    const value = other.read(context)
    if (value === absent || isAbsent(value)) return false
    const condition = [reading, value].find((each) => isUnknown(each) || isBits(each))
    if (condition !== undefined)
      return unknown('other', `compare ${print([reading, value])}`, 'A rule compares two unknown values.')
    const equal = print(reading) === print(value)
    return op === '==' ? equal : not(equal)
  }
}
