import type { Context } from '../compiled.ts'
import { isUnknown, type Truth, type Unknown } from '../truth.ts'
import type { Kind, Scalar } from './kinds.ts'

/** A number of which only some bits are known. */
export interface Bits {
  bits: number
  known: number
  /** Of what: for its key where the others matter. */
  of: string
}

/** The packet has no such thing: the rule does not match, whatever it compares with. */
export const absent = { absent: true } as const

/** What an expression reads off a packet. */
export type Reading = Scalar | Bits | Unknown | typeof absent | Reading[]

export interface Expression {
  /** One for each part of a concatenation. */
  kinds: readonly Kind[]
  read: (context: Context) => Reading
}

export const isBits = (reading: Reading): reading is Bits =>
  typeof reading === 'object' && !Array.isArray(reading) && 'known' in reading

/** A part of a reading that the packet does not have makes the whole absent. */
export const isAbsent = (reading: Reading): boolean =>
  reading === absent || (Array.isArray(reading) && reading.includes(absent))

/** Whether what was read equals a constant. */
export function equals(reading: Reading, value: Scalar): Truth {
  if (isUnknown(reading)) return about(reading, String(value), value)
  if (!isBits(reading)) return reading === value
  if (typeof value !== 'number') return false
  if (((value ^ reading.bits) & reading.known) !== 0) return false
  const rest = ~reading.known
  return rest === 0 ? true : unknownBits(reading, `== ${value}`)
}

/** Whether what was read has one of some bits. */
export function hasBits(reading: Reading, mask: number): Truth {
  if (isUnknown(reading)) return about(reading, `& ${mask}`)
  if (isBits(reading)) {
    if ((reading.bits & reading.known & mask) !== 0) return true
    return (mask & ~reading.known) === 0 ? false : unknownBits(reading, `& ${mask}`)
  }
  return typeof reading === 'number' && (reading & mask) !== 0
}

/** A condition about an unknown value. Where it is to equal a value, the packet is known to have it. */
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
  message: `All of ${of} is not known.`,
})
