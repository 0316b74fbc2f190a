import type { Packet } from '../packet.ts'
import type { DoubtKind } from './types.ts'

/** A condition whose answer is not known. */
export interface Unknown {
  unknown: true
  message: string
  kind: DoubtKind
  /** Equal conditions have equal keys. */
  key: string
  /** The truth that depends on the condition is its opposite. */
  inverted?: boolean
  settle?: string
  /** What the packet is known to be where the condition holds. */
  learn?: (packet: Packet) => Packet
}

export type Truth = boolean | Unknown

export const isUnknown = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && 'unknown' in value

/** A condition that is not known, as a value. */
export const unknown = (kind: DoubtKind, key: string, message: string, settle?: string): Unknown => ({
  unknown: true,
  kind,
  key,
  message,
  ...(settle !== undefined && { settle }),
})

export const not = (truth: Truth): Truth =>
  typeof truth === 'boolean' ? !truth : { ...truth, inverted: !truth.inverted }

/** True where all are, false where one is not; else unknown. */
export function every(truths: readonly Truth[]): Truth {
  let found: Unknown | undefined
  for (const truth of truths) {
    if (truth === false) return false
    if (truth !== true) found = found === undefined ? truth : joined(found, truth)
  }
  return found ?? true
}

/** True where one is, false where none is; else unknown. */
export const some = (truths: readonly Truth[]): Truth => not(every(truths.map(not)))

const joined = (one: Unknown, other: Unknown): Unknown =>
  one.key === other.key && one.inverted === other.inverted
    ? one
    : unknown(one.kind, `(${signed(one)} and ${signed(other)})`, one.message, one.settle)

const signed = ({ key, inverted }: Unknown): string => (inverted ? `not ${key}` : key)
