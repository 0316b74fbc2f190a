import type { Packet } from '../packet.ts'
import type { DoubtKind } from './types.ts'

/** A condition whose answer is not known. */
export interface Unknown {
  unknown: true
  message: string
  kind: DoubtKind
  /** Equal conditions have equal keys. */
  key: string
  /** The truth is the opposite of the condition. */
  inverted?: boolean
  settle?: string
  /** The packet where the condition holds. */
  learn?: (packet: Packet) => Packet
}

export type Truth = boolean | Unknown

export const isUnknown = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && 'unknown' in value

/** An unknown condition as a value. */
export const unknown = (kind: DoubtKind, key: string, message: string, settle?: string): Unknown => ({
  unknown: true,
  kind,
  key,
  message,
  ...(settle !== undefined && { settle }),
})

export const not = (truth: Truth): Truth =>
  typeof truth === 'boolean' ? !truth : { ...truth, inverted: !truth.inverted }

/** True where all are true, false where one is false; otherwise unknown. */
export function every(truths: readonly Truth[]): Truth {
  let found: Unknown | undefined
  for (const truth of truths) {
    if (truth === false) return false
    if (truth !== true) found = found === undefined ? truth : joined(found, truth)
  }
  return found ?? true
}

/** True where one is true, false where all are false; otherwise unknown. */
export const some = (truths: readonly Truth[]): Truth => not(every(truths.map(not)))

const joined = (one: Unknown, other: Unknown): Unknown =>
  one.key === other.key && one.inverted === other.inverted
    ? one
    : unknown(one.kind, `(${signed(one)} and ${signed(other)})`, one.message, one.settle)

const signed = ({ key, inverted }: Unknown): string => (inverted ? `not ${key}` : key)
