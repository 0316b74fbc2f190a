import { readStatements, takeComment } from './statements.ts'
import { wordsOf } from './tokens.ts'

type Json = Record<string, unknown>

/** A rule of nft's text as `nft -j` prints it. */
export interface ReadRule {
  expr: Json[]
  handle?: number
  comment?: string
}

// Words of statements that do more than compare. Where one of them is not understood, the rule may do anything.
const acting = ['set', 'add', 'update', 'delete', 'queue', 'tproxy', 'synproxy', 'dup', 'fwd', 'map', 'vmap', 'meter']
const ends = [
  'accept',
  'drop',
  'return',
  'continue',
  'jump',
  'goto',
  'reject',
  'masquerade',
  'redirect',
  'dnat',
  'snat',
]

/**
 * Reads a line of a chain. A condition that is not understood becomes one of unknown truth, if what follows it is
 * understood to the end. Throws where the rule may do anything.
 */
export function readRule(line: string): ReadRule {
  const [, text = '', handle] = line.match(/^(.*?)(?: # handle (\d+))?$/) ?? []
  const words = wordsOf(text)
  const comment = takeComment(words)
  return {
    expr: readExpr(words, text),
    ...(handle !== undefined && { handle: Number(handle) }),
    ...(comment !== undefined && { comment }),
  }
}

function readExpr(words: readonly string[], text: string): Json[] {
  const { read, rest } = readStatements(words)
  return rest.length === 0 ? read : [...read, ...aroundUnread(rest, text)]
}

/** A condition of unknown truth, and the end of the rule behind it. */
function aroundUnread(words: readonly string[], text: string): Json[] {
  for (let from = 1; from < words.length; from++) {
    if (acting.includes(words[from - 1]!) || ends.includes(words[from - 1]!)) break
    const tail = readStatements(words.slice(from))
    const last = tail.read.at(-1)
    if (tail.rest.length > 0 || !last || !ends.includes(Object.keys(last)[0]!)) continue
    return [{ match: { op: '==', left: { unread: words.slice(0, from).join(' ') }, right: 0 } }, ...tail.read]
  }
  throw new TypeError(`a rule cannot be read: ${text.slice(0, 120)}`)
}
