import { bare, type Tokens } from './tokens.ts'

type Json = Record<string, unknown>

// nft prints these keys of `meta` without that word. Source: nftables/src/meta.c, meta_key_is_unqualified.
const bareMeta = ['iif', 'iifname', 'iiftype', 'oif', 'oifname', 'oiftype', 'skuid', 'skgid', 'rtclassid']
const headers = ['ip', 'ip6', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th', 'icmp', 'icmpv6', 'igmp', 'ether', 'vlan']
const operators = ['==', '!=', '<', '>', '<=', '>=', '!'] as const

/** What a match or a map reads from a packet, as `nft -j` prints it. Throws where it is of another kind. */
export function readExpression(tokens: Tokens): unknown {
  const first = readOne(tokens)
  if (tokens.peek() === '.') {
    const concat = [first]
    while (tokens.take('.')) concat.push(readOne(tokens))
    return { concat }
  }
  if (tokens.take('&')) return { '&': [first, readMask(tokens)] }
  return first
}

function readOne(tokens: Tokens): unknown {
  const word = tokens.next()
  if (bareMeta.includes(word)) return { meta: { key: word } }
  if (word === 'meta') return { meta: { key: tokens.next() } }
  if (headers.includes(word)) return { payload: { protocol: word, field: tokens.next() } }
  if (word === 'arp') return { payload: { protocol: word, field: arpField(tokens) } }
  if (word === 'ct') return { ct: connection(tokens) }
  if (word === 'fib') return { fib: lookup(tokens) }
  throw new TypeError(`not an expression: ${word}`)
}

const arpField = (tokens: Tokens): string => {
  const field = tokens.next()
  return field === 'saddr' || field === 'daddr' ? `${field} ${tokens.next()}` : field
}

function connection(tokens: Tokens): Json {
  const word = tokens.next()
  if (word !== 'original' && word !== 'reply') return { key: word }
  const key = tokens.next()
  return { key: key === 'ip' || key === 'ip6' ? `${key} ${tokens.next()}` : key, dir: word }
}

function lookup(tokens: Tokens): Json {
  const flags = [tokens.next()]
  while (tokens.take('.')) flags.push(tokens.next())
  const result = tokens.next()
  // A newer word for whether there is a route at all.
  return { result: result === 'check' ? 'oif' : result, flags: flags.length === 1 ? flags[0] : flags }
}

// `(fin | syn)`, `0xff`.
function readMask(tokens: Tokens): unknown {
  if (!tokens.take('(')) return constantOf(tokens.next())
  const parts: unknown[] = []
  do parts.push(...tokens.next().split('|').filter(Boolean).map(constantOf))
  while (tokens.take('|') || tokens.take(','))
  tokens.expect(')')
  return parts.length === 1 ? parts[0] : { '|': parts }
}

/** The rest of a match after its left side: an operator if there is one, and what the packet is compared with. */
export function readComparison(left: unknown, tokens: Tokens): Json {
  const shown = operators.find((operator) => operator === tokens.peek())
  if (shown) tokens.next()
  const right = readRight(tokens)
  // `tcp flags syn / fin,syn`: of these bits, that one is set.
  if (tokens.take('/')) return { match: { op: shown ?? '==', left: { '&': [left, readRight(tokens)] }, right } }
  const set = typeof right === 'object' && right !== null && 'set' in right
  return { match: { op: shown ?? (isBitmask(left) && !set ? 'in' : '=='), left, right } }
}

// Of these, a match without an operator needs any of the bits.
function isBitmask(left: unknown): boolean {
  const { ct, payload } = left as { ct?: { key: string }; payload?: { protocol: string; field: string } }
  return ct?.key === 'state' || ct?.key === 'status' || (payload?.protocol === 'tcp' && payload.field === 'flags')
}

function readRight(tokens: Tokens): unknown {
  const word = tokens.peek()
  if (word === '{') return { set: readElements(tokens) }
  if (word === '(') return readMask(tokens)
  if (word.startsWith('@')) return tokens.next()
  const values = [constantOf(tokens.next())]
  const either = tokens.peek() === '|'
  while (tokens.take(',') || tokens.take('|')) values.push(constantOf(tokens.next()))
  return values.length === 1 ? values[0] : either ? { '|': values } : values
}

/** The elements of a set in braces; those of a map are pairs. `toValue` reads what stands behind the colon. */
export function readElements(tokens: Tokens, toValue: (tokens: Tokens) => unknown = readPlain): unknown[] {
  tokens.expect('{')
  const elements: unknown[] = []
  while (!tokens.take('}')) {
    const key = withOptions(readPlain(tokens), tokens)
    elements.push(tokens.take(':') ? [key, toValue(tokens)] : key)
    if (!tokens.take(',') && tokens.peek() !== '}') throw new TypeError(`a set has ${tokens.peek()} between elements`)
  }
  return elements
}

function readPlain(tokens: Tokens): unknown {
  const first = constantOf(tokens.next())
  if (tokens.peek() !== '.') return first
  const concat = [first]
  while (tokens.take('.')) concat.push(constantOf(tokens.next()))
  return { concat }
}

// When an element expires, and how many packets met it: no packet's way depends on that.
function withOptions(value: unknown, tokens: Tokens): unknown {
  const from = tokens.at
  while (['timeout', 'expires', 'comment'].includes(tokens.peek())) tokens.at += 2
  if (tokens.take('counter')) tokens.at += 4
  return tokens.at === from ? value : { elem: { val: value } }
}

const special: Readonly<Record<string, unknown>> = { exists: true, missing: false }
const number = /^(\d+|0x[0-9a-f]+)$/i

/** A constant: a number, a name, an address, a prefix, a range. */
export function constantOf(word: string): unknown {
  if (/^[{}(),;:.]$/.test(word)) throw new TypeError(`not a value: ${word}`)
  if (word.startsWith('"')) return bare(word)
  if (Object.hasOwn(special, word)) return special[word]
  if (number.test(word)) return Number(word)
  const [, addr, len] = word.match(/^([0-9a-f.:]+)\/(\d+)$/i) ?? []
  if (addr) return { prefix: { addr, len: Number(len) } }
  const [, low, high] = word.match(/^(0x[0-9a-f]+|[0-9.]+|[0-9a-f:.]+)-(0x[0-9a-f]+|[0-9.]+|[0-9a-f:.]+)$/i) ?? []
  if (low && high) return { range: [constantOf(low), constantOf(high)] }
  return word
}
