import { groupBy } from '../lib/group.ts'
import type { Rule, Ruleset } from './iptables-save.ts'
import type { NftChain, NftRule } from './sections/rules-native/read.ts'

/**
 * The rules of iptables-save, paired with nft's listing of the same tables. An iptables that is older than the one that
 * made a rule prints only the matches that it knows: 1.8.7 lists `-p tcp --dport 8080` of 1.8.9 as `-p 6`. Such a rule
 * gets `listed`: nft's own rule, which has all matches.
 */
export function withLossyLines(ruleset: Ruleset, family: 'ip' | 'ip6', nft: readonly NftChain[]): Ruleset {
  const listings = new Map(
    nft.flatMap((chain) => (chain.family === family ? [[keyOf(chain.table, chain.name), chain.rules] as const] : [])),
  )
  const lossy = new Map<Rule, NftRule>()
  for (const lines of groupBy(ruleset.rules, ({ table, chain }) => keyOf(table, chain))) {
    const rules = listings.get(keyOf(lines[0]!.table, lines[0]!.chain)) ?? []
    pairedLines(rules, lines)?.forEach((line, at) => {
      if (leavesOut(line.text, rules[at]!)) lossy.set(line, rules[at]!)
    })
  }
  if (lossy.size === 0) return ruleset
  const complete = (rule: Rule, listed: NftRule): Rule => ({ ...rule, ...portOf(listed), listed })
  return {
    ...ruleset,
    rules: ruleset.rules.map((rule) => (lossy.has(rule) ? complete(rule, lossy.get(rule)!) : rule)),
  }
}

/**
 * The lines of iptables-save that stand for a chain's rules, one for each. As many lines as rules means the same rules in
 * the same order; else undefined.
 */
export const pairedLines = (rules: readonly NftRule[], lines: readonly Rule[]): readonly Rule[] | undefined =>
  lines.length === rules.length ? lines : undefined

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
function wordsOf(line: string): string[] {
  const bare = line.includes(' --comment ') ? line.replace(/ --comment ("(?:[^"\\]|\\.)*"|\S+)/, '') : line
  const target = bare.search(/ -[jg] /)
  const matches = target < 0 ? bare : bare.slice(0, target)
  return matches.split(/[\s,/"]+|(?<=\d):(?=\d+(?: |$))/).map(plain)
}

/** A word as both listings have it: iptables prints marks in base 16, and `+` where nft prints `*`. */
function plain(word: string): string {
  if (word.startsWith('0x') && /^0x[\da-f]+$/i.test(word)) return String(Number(word))
  return (word.endsWith('+') ? `${word.slice(0, -1)}*` : word).toLowerCase()
}

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
