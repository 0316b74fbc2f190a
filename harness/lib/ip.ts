import ipaddr from 'ipaddr.js'

/** An address or prefix (CIDR) as a number of 32 or 128 bits. An address is a prefix of full length. */
export interface Prefix {
  family: 4 | 6
  bits: bigint
  length: number
}

const width = { 4: 32, 6: 128 } as const
// Evidence repeats the same few addresses in thousands of rules.
const known = new Map<string, Prefix | undefined>()

/** Reads `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0` or the same of IPv6; undefined for any other text. */
export function parsePrefix(text: string): Prefix | undefined {
  const found = known.get(text)
  if (found || known.has(text)) return found
  if (known.size > 100_000) known.clear()
  const prefix = read(text)
  known.set(text, prefix)
  return prefix
}

function read(text: string): Prefix | undefined {
  const [address = '', mask] = text.split('/')
  const whole = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)
  if (!whole) return undefined
  const parsed = ipaddr.parse(address)
  const family = parsed.kind() === 'ipv4' ? 4 : 6
  const bits = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const length = mask === undefined ? width[family] : lengthOf(mask, family)
  return length === undefined ? undefined : { family, bits, length }
}

function lengthOf(mask: string, family: 4 | 6): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= width[family] ? Number(mask) : undefined
  if (!ipaddr.IPv4.isValidFourPartDecimal(mask)) return undefined
  return ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined
}

/** 4 or 6; undefined where the text is neither an address nor a prefix. */
export const familyOf = (text: string): 4 | 6 | undefined => parsePrefix(text)?.family

/** Whether an address, or a whole prefix, is inside a prefix. False where either is not valid. */
export function inPrefix(inner: string, outer: string): boolean {
  const [a, b] = [parsePrefix(inner), parsePrefix(outer)]
  if (!a || !b || a.family !== b.family || a.length < b.length) return false
  const shift = BigInt(width[a.family] - b.length)
  return a.bits >> shift === b.bits >> shift
}

/** Whether two prefixes have an address in common. */
export const overlap = (one: string, other: string): boolean => inPrefix(one, other) || inPrefix(other, one)

/** Whether an address is between two others, both included. */
export function inRange(address: string, low: string, high: string): boolean {
  const [a, from, to] = [parsePrefix(address), parsePrefix(low), parsePrefix(high)]
  return a !== undefined && from?.family === a.family && to !== undefined && a.bits >= from.bits && a.bits <= to.bits
}

/** The first address of a prefix plus `offset`, as text. */
export function addressIn(prefix: string, offset: number): string | undefined {
  const parsed = parsePrefix(prefix)
  if (!parsed) return undefined
  const shift = BigInt(width[parsed.family] - parsed.length)
  const bits = ((parsed.bits >> shift) << shift) + BigInt(offset)
  const bytes = Array.from({ length: width[parsed.family] / 8 }, (_, i) =>
    Number((bits >> BigInt(width[parsed.family] - 8 * (i + 1))) & 255n),
  )
  return ipaddr.fromByteArray(bytes).toString()
}

const notPublic = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
] // prettier-ignore

/** Whether an address or prefix is public: neither private, local nor multicast (RFC 1918, 6598, 4193). */
export const isPublic = (text: string): boolean =>
  familyOf(text) !== undefined && !notPublic.some((prefix) => overlap(text, prefix))
