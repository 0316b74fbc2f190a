// ANSI CSI sequences; strings for the terminal, such as OSC and DCS; the short escapes, such as those that save and restore
// the cursor. CSI and strings may also begin with one character of C1.
const escapes =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-Z\\-~]/g
// C0 and C1 controls except tab and newline.
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g
// What is not seen but changes what a reader sees, such as zero-width and bidirectional characters, and line ends that
// are no newline.
const invisible = /\p{DI}|[\u2028\u2029\ufff9-\ufffb]/gu
// More marks on one letter would cover the lines around it.
const marks = /(\p{M}{4})\p{M}+/gu

/** Output of a host made safe to show: no escape sequences, no control or invisible characters, newlines unified. */
export function clean(text: string): string {
  const plain = text.replace(/\r\n?/g, '\n').replace(escapes, '').replace(controls, '')
  if (!/[^\x00-\x7f]/.test(plain)) return plain
  return withoutHalves(plain.replace(invisible, '').replace(marks, '$1'))
}

/** A text without half characters, as of a pair that was cut: strict readers of JSON and XML refuse them. */
export const withoutHalves = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd')

const escaped = (character: string): string =>
  character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * A value as JSON for files and terminals. What a terminal, a reader or a CI (`##[…]`) may take for something else is
 * escaped, so that the value stays the same; half characters are replaced.
 */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent)
    .replace(/\\(?:ud[89a-f][0-9a-f]{2}|[\s\S])/g, (found) => (found.length > 2 ? '\\ufffd' : found))
    .replace(/##(?=\w*\[)/g, '#\\u0023')
    .replace(/\p{DI}|[\x7f-\x9f\u2028\u2029\ufff9-\ufffb]/gu, escaped)

/** A duration for people: `340 ms`, `4.2 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** A string as one word of a POSIX shell. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** The lines of a POSIX shell that export variables. */
export const exported = (environment: Readonly<Record<string, string>>): string =>
  Object.entries(environment)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join('')

/** The same text with a capital first letter. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The candidates nearest to a mistyped name, best first, by edit distance or a shared part. */
export function nearest(name: string, candidates: readonly string[], most = 3): string[] {
  return candidates
    .map((candidate) => ({
      candidate,
      distance: candidate.includes(name) || name.includes(candidate) ? 1 : editDistance(name, candidate),
    }))
    .filter(({ candidate, distance }) => distance <= Math.max(3, Math.floor(candidate.length / 2)))
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}

/** Compares version-like strings number by number (`6.1.0-9` before `6.1.0-47`), for `Array.sort`. */
export const compareVersions = (a: string, b: string): number =>
  a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' })
