import type { Packet } from '../packet.ts'

const smallPacket = 576

// Devices cut and join the segments of TCP, so rules see packets of any length up to this. Source: linux, GSO_LEGACY_MAX_SIZE.
const longestJoined = 65_535

/** Whether a packet is one of many that carry a transfer's data. */
export const isTransfer = ({ protocol, state, length }: Packet): boolean =>
  protocol === 'tcp' && state === 'established' && length > smallPacket

/** Whether a packet's length is between two values; undefined where it depends on how many segments are joined. */
export function lengthIsWithin(packet: Packet, low: number, high: number): boolean | undefined {
  const longest = isTransfer(packet) ? longestJoined : packet.length
  if (packet.length > high || longest < low) return false
  return packet.length >= low && longest <= high ? true : undefined
}

/** Why a rule's condition on the length of a transfer's packets is not known. */
export const joinedSegments =
  'The kernel joins the segments of a transfer to packets of up to 64 KB, and this rule goes by the length of a packet.'
