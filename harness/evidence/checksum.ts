import { createHash } from 'node:crypto'

// CRC-32 of POSIX cksum: polynomial 0x04c11db7, most significant bit first.
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x80000000 ? 0x04c11db7 : 0)
  return crc >>> 0
})

/**
 * The checksum of a text as the collector makes it: POSIX `cksum` of its printable ASCII, tabs and newlines, or their
 * SHA-256 where a host has no cksum. All other characters can change in a mail or by a wrong encoding, and no fact
 * depends on them.
 */
export function checksum(text: string, kind: 'crc' | 'sha256' = 'crc'): string {
  return kind === 'crc' ? String(crc(text)) : createHash('sha256').update(text.replace(unprintable, '')).digest('hex')
}

const unprintable = /[^\t\n\x20-\x7e]/g

function crc(text: string): number {
  let sum = 0
  let length = 0
  const add = (byte: number): void => {
    sum = (sum << 8) ^ table[((sum >>> 24) ^ byte) & 255]!
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code < 32 && code !== 9 && code !== 10) || code > 126) continue
    add(code)
    length++
  }
  // The length follows, lowest byte first, without leading zeros.
  for (; length > 0; length = Math.floor(length / 256)) add(length & 255)
  return ~sum >>> 0
}
