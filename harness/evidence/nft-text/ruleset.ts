import { readElements } from './expressions.ts'
import { type ReadRule, readRule } from './rule.ts'
import { Tokens, wordsOf } from './tokens.ts'

type Json = Record<string, unknown>

/** A chain of nft's text. */
export interface TextChain {
  family: string
  table: string
  name: string
  /** Only of a base chain. */
  base?: { type: string; hook: string; prio: number; policy: string; dev?: string[] }
  rules: ReadRule[]
}

/** A ruleset as text, taken apart. `objects` are sets, maps and other named things, as `nft -j` prints them. */
export interface TextRuleset {
  chains: TextChain[]
  objects: Json[]
}

// Source: nftables/src/rule.c, std_prios.
const priorities: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
}
const ofBridges: Readonly<Record<string, number>> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 }

/** Reads the text of `nft list ruleset`, with handles or without. Throws where a part of it is not understood. */
export function readRulesetText(text: string): TextRuleset {
  const found: TextRuleset = { chains: [], objects: [] }
  const lines = text
    .split('\n')
    .map((line) => withUnlisted(line.trimStart().replace(/\r$/, '')).trimEnd())
    .filter((line) => line !== '' && !line.startsWith('#'))
  let at = 0
  while (at < lines.length) {
    const [, family, table] = lines[at]!.match(/^table (ip|ip6|inet|arp|bridge|netdev) (\S+) \{(?: #.*)?$/) ?? []
    if (!family || !table) throw new TypeError(`not a table: ${lines[at]!.slice(0, 80)}`)
    at = readTable(lines, at + 1, { family, table }, found)
  }
  return found
}

/**
 * A line in which nft prints nothing for a target that it does not know, with a word for it. Seen of DNAT and MASQUERADE of
 * IPv6, by nft 1.0.6: two spaces stand where the target should.
 */
const withUnlisted = (line: string): string => line.replace(/ ( # handle \d+)?$/, ' xt target "unlisted"$1')

type Home = { family: string; table: string }

/** Reads a table's contents from a line on; gives the line behind it. */
function readTable(lines: readonly string[], from: number, home: Home, found: TextRuleset): number {
  const own: TextRuleset = { chains: [], objects: [] }
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!
    if (line === '}') {
      found.chains.push(...own.chains)
      found.objects.push(...own.objects)
      return at + 1
    }
    const [, kind, name] = line.match(/^(chain|set|map|[a-z]+(?: [a-z]+)?) (\S+) \{(?: #.*)?$/) ?? []
    // The flags of a table are read from the section rules-text.
    if (/^(comment "|flags |#)/.test(line)) continue
    else if (!kind || !name) throw new TypeError(`not a part of a table: ${line.slice(0, 80)}`)
    else {
      const end = closing(lines, at)
      const body = lines.slice(at + 1, end)
      if (kind === 'chain') own.chains.push({ ...home, name, ...readChain(body, home.family) })
      else own.objects.push(...readObject(kind, { ...home, name }, body))
      at = end
    }
  }
  throw new TypeError(`table ${home.family} ${home.table} does not end`)
}

function closing(lines: readonly string[], from: number): number {
  let depth = 0
  for (let at = from; at < lines.length; at++) {
    const words = wordsOf(lines[at]!.replace(/ # handle \d+$/, ''))
    depth += words.filter((word) => word === '{').length - words.filter((word) => word === '}').length
    if (depth === 0) return at
  }
  throw new TypeError(`${lines[from]!.slice(0, 80)} does not end`)
}

function readChain(body: readonly string[], family: string): Pick<TextChain, 'base' | 'rules'> {
  const [first = '', ...rest] = body.filter((line) => !/^comment "/.test(line))
  const [, type, hook, device, priority, policy] =
    first.match(
      /^type (\S+) hook (\S+) (?:devices? (?:= )?(\{[^}]*\}|\S+) )?priority ([^;]+);(?: policy (accept|drop);)?$/,
    ) ?? []
  const known = type !== undefined
  if (!known && /^type \S+ hook /.test(first)) throw new TypeError(`not a base chain: ${first.slice(0, 80)}`)
  const rules = joined(known ? rest : [first, ...rest].filter(Boolean)).map(readRule)
  if (!known) return { rules }
  const dev = device
    ?.replace(/[{}"]/g, '')
    .split(',')
    .map((each) => each.trim())
  return {
    base: { type, hook: hook!, prio: priorityOf(priority!, family), policy: policy ?? 'accept', ...(dev && { dev }) },
    rules,
  }
}

/** The lines of rules: a rule with a long set goes on over several. */
function joined(lines: readonly string[]): string[] {
  const rules: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const end = closing(lines, at)
    rules.push(lines.slice(at, end + 1).join(' '))
    at = end
  }
  return rules
}

function priorityOf(text: string, family: string): number {
  const [, name, sign, number] = text.match(/^([a-z]+)?(?: ?([+-]) ?)?(\d+)?$/) ?? []
  const names = family === 'bridge' ? ofBridges : priorities
  const base = name === undefined ? 0 : names[name]
  if (base === undefined || (name === undefined && number === undefined)) throw new TypeError(`not a priority: ${text}`)
  return base + (sign === '-' ? -1 : 1) * Number(number ?? 0)
}

/** A named object. One whose elements are not understood is left out: what refers to it is then unknown. */
function readObject(kind: string, home: Home & { name: string }, body: readonly string[]): Json[] {
  if (kind !== 'set' && kind !== 'map') return []
  try {
    const text = body.join(' ')
    const [, type, value] = body.map((line) => line.match(/^type ([^:]+?)(?: : (.+?))?;?$/)).find(Boolean) ?? []
    if (!type) return []
    const at = text.indexOf('elements = ')
    const tokens = new Tokens(at < 0 ? ['{', '}'] : wordsOf(text.slice(at + 'elements = '.length)))
    const flags = body.flatMap((line) => line.match(/^flags (.+)$/)?.[1]?.split(',') ?? [])
    const types = type.split(' . ')
    const toValue = value === 'verdict' ? verdict : undefined
    const elem = readElements(tokens, toValue)
    const described = { ...home, type: types.length === 1 ? types[0] : types, flags, elem }
    return [{ [kind]: value ? { ...described, map: value } : described }]
  } catch {
    return []
  }
}

function verdict(tokens: Tokens): unknown {
  const word = tokens.next()
  return { [word]: word === 'jump' || word === 'goto' ? { target: tokens.text() } : null }
}
