import { clean } from '../lib/text.ts'

/** Text of a host made safe, at most `most` characters long, with the number of characters cut. */
export function bound(text: string, most = 400): string {
  // Only the part that is shown is cleaned, so that a log of megabytes costs no more than a line.
  const head = clean(text.slice(0, most * 4))
  if (head.length <= most && text.length <= most * 4) return head
  // A cut may leave half of a character.
  const shown = head
    .slice(0, most)
    .replace(/\p{Cs}$/u, '')
    .trimEnd()
  return `${shown} … (${group(Math.max(text.length, head.length) - shown.length)} more characters cut)`
}

/** The first `most` items, and how many were cut. */
export const first = <T>(items: readonly T[], most: number): { shown: readonly T[]; cut: number } => ({
  shown: items.slice(0, most),
  cut: Math.max(0, items.length - most),
})

const group = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ')
