import { parsePrefix } from '../../lib/ip.ts'

/** An address as a number: IPv4 as number, IPv6 as bigint. */
export type AddressNumber = number | bigint

export interface Interval {
  low: AddressNumber
  high: AddressNumber
}

const numbers = new Map<string, AddressNumber | undefined>()

/** The number of an address; undefined for any other text. */
export function addressNumber(text: string): AddressNumber | undefined {
  if (numbers.has(text)) return numbers.get(text)
  if (numbers.size > 100_000) numbers.clear()
  const parsed = text.includes('/') ? undefined : parsePrefix(text)
  const number = parsed && (parsed.family === 4 ? Number(parsed.bits) : parsed.bits)
  numbers.set(text, number)
  return number
}

/** The first and the last address of a prefix of some length; undefined where it is none. */
export function prefixInterval(address: string, length: number): Interval | undefined {
  const parsed = parsePrefix(address)
  const width = parsed?.family === 4 ? 32 : 128
  if (!parsed || !Number.isInteger(length) || length < 0 || length > width) return undefined
  const shift = BigInt(width - length)
  const low = (parsed.bits >> shift) << shift
  const high = low + (1n << shift) - 1n
  return parsed.family === 4 ? { low: Number(low), high: Number(high) } : { low, high }
}

/** The address of a number that `addressNumber` gave. */
export function addressText(number: AddressNumber): string {
  if (typeof number === 'number') return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
  const groups = Array.from({ length: 8 }, (_, at) => (number >> BigInt(112 - 16 * at)) & 0xffffn)
  return shortened(groups.map((group) => group.toString(16)))
}

// As the kernel does, this leaves out the longest run of zero groups.
function shortened(groups: string[]): string {
  let best = { at: -1, size: 1 }
  for (let at = 0; at < 8; at++) {
    let size = 0
    while (at + size < 8 && groups[at + size] === '0') size++
    if (size > best.size) best = { at, size }
  }
  if (best.at < 0) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.size).join(':')}`
}

/** The bits that two numbers have in common. */
export const bothBits = (one: AddressNumber, other: AddressNumber): AddressNumber =>
  typeof one === 'number' && typeof other === 'number' ? (one & other) >>> 0 : BigInt(one) & BigInt(other)
