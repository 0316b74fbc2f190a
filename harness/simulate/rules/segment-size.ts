import type { Packet } from '../packet.ts'

/** Senders elsewhere offer no less than what any path carries, and no more than a packet holds. */
const usual = { low: 536, high: 65_495 }

/** Whether a packet offers a segment size: only those with a SYN do. */
export const offersSize = ({ flags }: Packet): boolean => flags === 'syn' || flags === 'syn-ack'

/** Whether the segment size that a packet offers is between two values; undefined where that is not known. */
export function sizeIsWithin(packet: Packet, low: number, high: number): boolean | undefined {
  if (!offersSize(packet)) return false
  const own = packet.segmentSize ?? usual
  if (own.low > high || own.high < low) return false
  return own.low >= low && own.high <= high ? true : undefined
}

/** The packet with a smaller size, as a rule that clamps it leaves it. */
export const clamped = (packet: Packet): Packet =>
  offersSize(packet) ? { ...packet, segmentSize: { low: 0, high: (packet.segmentSize ?? usual).high } } : packet

/** Why a condition on it is not known. */
export const unknownSize = 'The segment size that the packet’s sender offers is not known.'
