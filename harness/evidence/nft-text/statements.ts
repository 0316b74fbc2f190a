import { constantOf, readComparison, readElements, readExpression } from './expressions.ts'
import { bare, Tokens } from './tokens.ts'

type Json = Record<string, unknown>

/**
 * The statements of a rule, as `nft -j` prints them, as far as they can be read: `rest` are the words from the first one
 * on that cannot.
 */
export function readStatements(words: readonly string[]): { read: Json[]; rest: readonly string[] } {
  const tokens = new Tokens(words)
  const read: Json[] = []
  while (!tokens.done) {
    const from = tokens.at
    try {
      read.push(readStatement(tokens))
    } catch {
      return { read, rest: words.slice(from) }
    }
  }
  return { read, rest: [] }
}

function readStatement(tokens: Tokens): Json {
  const word = tokens.peek()
  const statement = Object.hasOwn(byWord, word) ? byWord[word]! : undefined
  if (!statement) return readMatch(tokens)
  const from = tokens.at
  tokens.next()
  const read = statement(tokens)
  if (read === undefined) tokens.at = from
  return read ?? readMatch(tokens)
}

const verdicts = ['accept', 'drop', 'return', 'continue']
const plain = [...verdicts, 'notrack']

// Undefined: the word begins a match after all.
const byWord: Record<string, (tokens: Tokens) => Json | undefined> = {
  ...Object.fromEntries(plain.map((word) => [word, () => ({ [word]: null })])),
  jump: (tokens) => ({ jump: { target: tokens.text() } }),
  goto: (tokens) => ({ goto: { target: tokens.text() } }),
  counter: readCounter,
  log: readLog,
  reject: readReject,
  masquerade: (tokens) => ({ masquerade: translation(tokens) }),
  redirect: (tokens) => ({ redirect: translation(tokens) }),
  dnat: (tokens) => ({ dnat: translation(tokens) }),
  snat: (tokens) => ({ snat: translation(tokens) }),
  limit: readLimit,
  quota: readQuota,
  queue: readQueue,
  xt: (tokens) => ({ xt: { type: tokens.next(), name: tokens.text() } }),
  ct: (tokens) => {
    if (tokens.take('count')) {
      const inv = tokens.take('over')
      return { 'ct count': { val: tokens.number(), ...(inv && { inv }) } }
    }
    return tokens.take('helper', 'set') ? { 'ct helper': tokens.text() } : undefined
  },
  tcp: (tokens) =>
    tokens.take('option', 'maxseg', 'size', 'set')
      ? { mangle: { key: { 'tcp option': { name: 'maxseg', field: 'size' } }, value: segment(tokens) } }
      : undefined,
  flow: (tokens) => {
    tokens.expect('add')
    return { flow: { op: 'add', flowtable: tokens.next() } }
  },
}

const segment = (tokens: Tokens): unknown => (tokens.take('rt', 'mtu') ? { rt: { key: 'mtu' } } : tokens.number())

/** A match, a map of verdicts, or a change of what stands on the left. */
function readMatch(tokens: Tokens): Json {
  const left = readExpression(tokens)
  if (tokens.take('vmap')) {
    const data = tokens.peek().startsWith('@') ? tokens.next() : { set: readElements(tokens, readVerdict) }
    return { vmap: { key: left, data } }
  }
  if (tokens.peek() === 'map') throw new TypeError('a map of values')
  if (tokens.take('set')) return { mangle: { key: left, value: constant(tokens) } }
  return readComparison(left, tokens)
}

// `meta mark set 0x1`; any other value is not read.
function constant(tokens: Tokens): unknown {
  const value = constantOf(tokens.next())
  if (typeof value === 'string' && /^(meta|ct|ip|ip6|numgen|jhash|tcp|udp)$/.test(value))
    throw new TypeError('a value that depends on the packet')
  return value
}

function readVerdict(tokens: Tokens): unknown {
  const word = tokens.next()
  if (verdicts.includes(word)) return { [word]: null }
  if (word === 'jump' || word === 'goto') return { [word]: { target: tokens.text() } }
  throw new TypeError(`not a verdict: ${word}`)
}

function readCounter(tokens: Tokens): Json {
  if (tokens.take('name')) return { counter: tokens.text() }
  if (!tokens.take('packets')) return { counter: null }
  const packets = tokens.number()
  tokens.expect('bytes')
  return { counter: { packets, bytes: tokens.number() } }
}

function readLog(tokens: Tokens): Json {
  const log: Json = {}
  while (['prefix', 'level', 'group', 'flags', 'snaplen', 'queue-threshold'].includes(tokens.peek())) {
    const name = tokens.next()
    log[name] = constantOf(tokens.next())
    // `flags tcp sequence,options`, `flags ip options`.
    if (name === 'flags') while (['sequence', 'options', ','].includes(tokens.peek())) tokens.next()
  }
  return { log: Object.keys(log).length > 0 ? log : null }
}

function readReject(tokens: Tokens): Json {
  if (!tokens.take('with')) return { reject: null }
  if (tokens.take('tcp', 'reset')) return { reject: { type: 'tcp reset' } }
  const type = tokens.next()
  tokens.take('type')
  return { reject: { type, expr: constantOf(tokens.next()) } }
}

const kept = ['random', 'fully-random', 'persistent']

/** What follows `dnat` and its like: `[ip] to 10.0.0.2:80 persistent`. */
function translation(tokens: Tokens): Json | null {
  const value: Json = {}
  if (tokens.peek() === 'ip' || tokens.peek() === 'ip6') value.family = tokens.next()
  if (tokens.take('to')) {
    // `dnat to tcp dport map { … }`: where it leads depends on the packet, and is not known here.
    const rest = tokens.words.slice(tokens.at)
    if (rest.includes('map')) {
      tokens.at = tokens.words.length
      return { ...value, addr: { unread: rest.join(' ') } }
    }
    Object.assign(value, target(tokens.next()))
  }
  const flags: string[] = []
  while (kept.includes(tokens.peek()) || (flags.length > 0 && tokens.peek() === ',')) {
    const word = tokens.next()
    if (word !== ',') flags.push(word)
  }
  if (flags.length > 0) value.flags = flags.length === 1 ? flags[0] : flags
  return Object.keys(value).length > 0 ? value : null
}

// `10.0.0.2:80`, `10.0.0.2-10.0.0.9`, `[fd00::2]:80`, `:8080-8090`.
function target(word: string): Json {
  const [, six, four, ports] =
    word.match(/^(?:\[([0-9a-f:.]+(?:-[0-9a-f:.]+)?)\]|([\d.]+(?:-[\d.]+)?))?(?::(\d+(?:-\d+)?))?$/i) ?? []
  const addr = six ?? four ?? (/^[0-9a-f]*:[0-9a-f:.]+$/i.test(word) ? word : undefined)
  if (addr === undefined && ports === undefined) throw new TypeError(`not a target of a translation: ${word}`)
  return {
    ...(addr !== undefined && { addr: constantOf(addr) }),
    ...(ports !== undefined && { port: constantOf(ports) }),
  }
}

// `limit rate over 10/minute burst 5 packets`, `limit rate 1 mbytes/second`, `limit name "x"`.
function readLimit(tokens: Tokens): Json {
  if (tokens.take('name')) return { limit: tokens.text() }
  tokens.expect('rate')
  const inv = tokens.take('over')
  let word = tokens.next()
  const unit = /^\d+$/.test(word) && tokens.next()
  if (unit) word += `/${unit.split('/')[1]}`
  const [, rate, per] = word.match(/^(\d+)\/(second|minute|hour|day|week)$/) ?? []
  if (!rate) throw new TypeError(`not a rate: ${word}`)
  const burst = tokens.take('burst') ? tokens.number() : undefined
  if (burst !== undefined) tokens.next()
  return {
    limit: {
      rate: Number(rate),
      per,
      // What nft leaves out.
      ...(burst !== undefined ? { burst } : !unit && { burst: 5 }),
      ...(unit && { rate_unit: unit.split('/')[0] }),
      ...(inv && { inv }),
    },
  }
}

// `quota over 500 mbytes used 2548 bytes`. Without statistics nft leaves out what was used: it is then unknown.
function readQuota(tokens: Tokens): Json {
  const inv = tokens.take('over')
  const quota = { val: tokens.number(), val_unit: tokens.next() }
  tokens.expect('used')
  return { quota: { ...quota, used: tokens.number(), used_unit: tokens.next(), ...(inv && { inv }) } }
}

// `queue flags bypass,fanout to 1-3`; from a rule of iptables `queue num 1-3 bypass,fanout`.
function readQueue(tokens: Tokens): Json {
  const flags = tokens.take('flags') ? readWords(tokens) : []
  const hasNumber = tokens.take('num') || tokens.take('to')
  const word = tokens.peek()
  // `queue to symhash mod 4`: which queue it is depends on the packet.
  const isFixed = /^\d+(-\d+)?$/.test(word)
  const unread = hasNumber && !isFixed ? tokens.words.slice(tokens.at).join(' ') : undefined
  if (unread !== undefined) tokens.at = tokens.words.length
  else if (hasNumber) tokens.next()
  const behind = ['bypass', 'fanout'].includes(tokens.peek()) ? readWords(tokens) : []
  const value: Json = {
    ...(hasNumber && { num: unread === undefined ? constantOf(word) : { unread } }),
    ...([...flags, ...behind].length > 0 && { flags: [...flags, ...behind] }),
  }
  return { queue: Object.keys(value).length > 0 ? value : null }
}

function readWords(tokens: Tokens): string[] {
  const words = [tokens.next()]
  while (tokens.take(',')) words.push(tokens.next())
  return words
}

/** The comment at the end of a rule, if it has one; it is taken off. */
export function takeComment(words: string[]): string | undefined {
  if (words.at(-2) !== 'comment' || !words.at(-1)!.startsWith('"')) return undefined
  return bare(words.splice(-2)[1]!)
}
