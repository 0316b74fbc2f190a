import type { Rule, Ruleset } from './iptables-save.ts'
import type { NftChain, NftRule } from './sections/rules-native/read.ts'

/**
 * The rules of iptables-save, paired with nft's listing of the same tables. An iptables that is older than the one that
 * made a rule prints only the matches that it knows: 1.8.7 lists `-p tcp --dport 8080` of 1.8.9 as `-p 6`. Such a rule
 * gets `listed`: nft's own rule, which has all matches.
 */
export function withLossyLines(ruleset: Ruleset, family: 'ip' | 'ip6', nft: readonly NftChain[]): Ruleset {
  const chains = new Map(
    nft.filter((chain) => chain.family === family).map((chain) => [keyOf(chain.table, chain.name), chain]),
  )
  const counts = new Map<string, number>()
  for (const { table, chain } of ruleset.rules) {
    const key = keyOf(table, chain)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const next = new Map<string, number>()
  const rules = ruleset.rules.map((rule): Rule => {
    const key = keyOf(rule.table, rule.chain)
    const at = next.get(key) ?? 0
    next.set(key, at + 1)
    const listed = chains.get(key)?.rules
    // As many lines as rules means the same rules in the same order.
    const own = listed?.length === counts.get(key) ? listed?.[at] : undefined
    return own && leavesOut(rule.text, own) ? { ...rule, ...portOf(own), listed: own } : rule
  })
  return { ...ruleset, rules }
}

const keyOf = (table: string, chain: string): string => `${table} ${chain}`

/** Whether a line of iptables-save lacks a value that nft's matches compare with. */
export function leavesOut(line: string, { expr }: NftRule): boolean {
  const words = wordsOf(line)
  return expr.some(({ match }) => {
    const { right } = (match ?? {}) as { right?: unknown }
    return valuesOf(right).some((value) => {
      const at = words.indexOf(value)
      if (at < 0) return true
      words.splice(at, 1)
      return false
    })
  })
}

/** The words of a line's matches. Comments match nothing, and what follows `-j` belongs to the target. */
const wordsOf = (line: string): string[] =>
  line
    .replace(/ --comment ("(?:[^"\\]|\\.)*"|\S+)/, '')
    .replace(/ -[jg] .*/, '')
    .replaceAll(/(\d+):(\d+)(?= |$)/g, '$1 $2')
    .split(/[\s,/"]+/)
    .map(plain)

/** A word as both listings have it: iptables prints marks in base 16, and `+` where nft prints `*`. */
const plain = (word: string): string =>
  /^0x[\da-f]+$/i.test(word) ? String(Number(word)) : word.toLowerCase().replace(/\+$/, '*')

/** The values in the right side of a match: names, numbers and addresses. A set's elements are not read. */
function valuesOf(right: unknown): string[] {
  if (typeof right === 'string' || typeof right === 'number') return [plain(String(right))]
  if (Array.isArray(right)) return right.flatMap(valuesOf)
  const { prefix, range } = (right ?? {}) as { prefix?: { addr?: unknown }; range?: unknown }
  return [prefix?.addr, range].flatMap((part) => (part === undefined ? [] : valuesOf(part)))
}

/** The destination port that nft compares with, and its protocol. */
function portOf({ expr }: NftRule): Pick<Rule, 'port' | 'protocol'> {
  for (const { match } of expr) {
    const { op, left, right } = (match ?? {}) as {
      op?: string
      left?: { payload?: { protocol?: string; field?: string } }
      right?: unknown
    }
    const { protocol, field } = left?.payload ?? {}
    if (op === '==' && field === 'dport' && typeof right === 'number' && protocol) return { port: right, protocol }
  }
  return {}
}
