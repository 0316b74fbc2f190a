import type { Facts, NftChain, NftRule, Rule } from '../../evidence/facts.ts'
import { pairedLines } from '../../evidence/lossy-lines.ts'
import { onlyNft } from '../rules/nft/tables.ts'
import type { Line } from './line.ts'
import { keyOf, listedLine, readable, targetsOf } from './listed-line.ts'
import { savedLine } from './saved-line.ts'
import type { Words } from './words.ts'

/** A rule with the name of its chain: backend, table and chain. */
export interface ChainLine {
  table: string
  chain: string
  line: Line
}

/** All rules that IPv4 packets or their frames may meet, in the order of their chains. */
export function chainLines(facts: Facts, words: Words): ChainLine[] {
  const saved = new Map<string, Rule[]>()
  const add = (lines: Map<string, Rule[]>, rule: Rule): void => {
    const key = `ip ${rule.table} ${rule.chain}`
    const own = lines.get(key)
    if (own) own.push(rule)
    else lines.set(key, [rule])
  }
  for (const rule of facts.xtables.nft.rules) add(saved, rule)
  const tables = new Set(facts.xtables.nft.chains.map(({ table }) => table))
  for (const table of facts.incompatible) tables.delete(table)
  const listed = new Set(facts.nft.map(({ family, table }) => `${family} ${table}`))
  return [
    ...facts.nft
      .filter(({ family }) => family !== 'ip6')
      .flatMap((chain) =>
        listedLines(chain, chain.family === 'ip' && tables.has(chain.table) ? saved : new Map(), words),
      ),
    ...facts.xtables.nft.rules
      .filter(({ table }) => !listed.has(`ip ${table}`))
      .map((rule) => savedOf('nft', rule, words)),
    ...facts.xtables.legacy.rules.map((rule) => savedOf('legacy', rule, words)),
  ]
}

const savedOf = (backend: string, rule: Rule, words: Words): ChainLine => ({
  table: `${backend} ip ${rule.table}`,
  chain: rule.chain,
  line: savedLine(rule, words),
})

function listedLines(chain: NftChain, saved: ReadonlyMap<string, readonly Rule[]>, words: Words): ChainLine[] {
  const { family, table, name, rules } = chain
  const lines = pairedLines(rules, saved.get(`${family} ${table} ${name}`) ?? [])
  return rules.map((rule, at) => ({
    table: `nft ${family} ${table}`,
    chain: name,
    // As the compiler does.
    line: lines && !onlyNft(rule) ? pairedLine(rule, lines[at]!, words) : listedLine(rule, words),
  }))
}

/** Of a line that lacks matches, nft's own listing decides. The line has the rest: extensions and the target. */
function pairedLine(rule: NftRule, line: Rule, words: Words): Line {
  const saved = savedLine(line, words)
  if (!line.listed) return saved
  const listed = listedLine(rule, words)
  const others = [...new Set([...listed.others, ...saved.others])].filter((each) => each !== listed.of)
  return { ...listed, others, text: `${listed.text} ${saved.text}`, computes: listed.computes || saved.computes }
}

/** The elements of named sets, maps and ipsets, each with its set, and the chains that a map's elements jump to. */
export function setElements(facts: Facts, words: Words): { set: string; text: string; targets: Line['targets'] }[] {
  const { sets, maps } = facts.nftObjects
  return [
    ...[...sets, ...maps].flatMap(({ family, table, name, elem }) =>
      elem.map((each) => {
        const element = readable(each)
        const targets = targetsOf(element).map((chain) => ({ chain, of: keyOf(element, words) }))
        return { set: `nft ${family} ${table} ${name}`, text: JSON.stringify(element), targets }
      }),
    ),
    ...Object.entries(facts.ipsets).flatMap(([name, { elements }]) =>
      elements.map((text) => ({ set: `ipset ${name}`, text, targets: [] })),
    ),
  ]
}
