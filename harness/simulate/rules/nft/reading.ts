import type { Context } from '../compiled.ts'
import { isUnknown, type Truth, type Unknown } from '../truth.ts'
import type { Kind, Scalar } from './kinds.ts'

/** A number with some known bits. */
export interface Bits {
  bits: number
  known: number
  /** What was read; part of the key where the unknown bits matter. */
  of: string
}

/** The packet has no such value: the rule does not match, whatever it compares with. */
export const absent = { absent: true } as const

/** The value that an expression reads from a packet. */
export type Reading = Scalar | Bits | Unknown | typeof absent | Reading[]

export interface Expression {
  /** One reading for each part of a concatenation. */
  kinds: readonly Kind[]
  read: (context: Context) => Reading
}

export const isBits = (reading: Reading): reading is Bits =>
  typeof reading === 'object' && !Array.isArray(reading) && 'known' in reading

/** One absent part makes the whole reading absent. */
export const isAbsent = (reading: Reading): boolean =>
  reading === absent || (Array.isArray(reading) && reading.includes(absent))

/** Whether a read value equals a constant. */
export function equals(reading: Reading, value: Scalar): Truth {
  if (isUnknown(reading)) return about(reading, String(value), value)
  if (!isBits(reading)) return reading === value
  if (typeof value !== 'number') return false
  if (((value ^ reading.bits) & reading.known) !== 0) return false
  const rest = ~reading.known
  return rest === 0 ? true : unknownBits(reading, `== ${value}`)
}

/** Whether a read value has any of these bits. */
export function hasBits(reading: Reading, mask: number): Truth {
  if (isUnknown(reading)) return about(reading, `& ${mask}`)
  if (isBits(reading)) {
    if ((reading.bits & reading.known & mask) !== 0) return true
    return (mask & ~reading.known) === 0 ? false : unknownBits(reading, `& ${mask}`)
  }
  return typeof reading === 'number' && (reading & mask) !== 0
}

/** A condition on an unknown value. Where the condition is that it equals a constant, a match makes the value known. */
export function about(reading: Unknown & { learnValue?: Learn }, what: string, value?: Scalar): Unknown {
  const { learnValue, ...rest } = reading
  return {
    ...rest,
    key: `${reading.key} ${what}`,
    ...(learnValue && value !== undefined && { learn: learnValue(value) }),
  }
}

type Learn = (value: Scalar) => NonNullable<Unknown['learn']>

const unknownBits = ({ of }: Bits, what: string): Unknown => ({
  unknown: true,
  kind: 'other',
  key: `${of} ${what}`,
  message: `The full value of ${of} is not known.`,
})
