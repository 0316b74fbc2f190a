import type { Facts, NftChain, NftRule } from '../../../evidence/facts.ts'
import { pairedLines } from '../../../evidence/lossy-lines.ts'
import type { BaseChain, CompiledChain, CompiledRule } from '../compiled.ts'
import { lazyChain } from '../lazy-chain.ts'
import { listeningSockets } from '../sockets.ts'
import type { Family, HookName } from '../types.ts'
import { compileSaved, type SavedTable } from '../xtables/tables.ts'
import { compileNftRule } from './rule.ts'
import { nameKey, type Scope } from './scope.ts'

const hooks: readonly HookName[] = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress']
const noObjects = { sets: [], maps: [], others: [] }

/**
 * The base chains of `nft -j list ruleset`. `saved`: those of its tables that iptables-nft-save lists too, by `ip
 * TABLE`.
 */
export function nftBaseChains(facts: Facts, saved: ReadonlyMap<string, SavedTable>): BaseChain[] {
  const common = {
    objects: facts.nftObjects ?? noObjects,
    written: writtenSets(facts.nft),
    packetQueues: facts.packetQueues,
    listeners: listeningSockets(facts),
    links: new Map(facts.links.map((link) => [link.name, link])),
    cache: new Map<string, unknown>(),
  }
  const tables = new Map<string, Map<string, CompiledChain>>()
  for (const chain of facts.nft) {
    const key = `${chain.family} ${chain.table}`
    const chains = tables.get(key) ?? new Map<string, CompiledChain>()
    tables.set(key, chains)
    chains.set(chain.name, compiled(chain, facts, saved.get(key), common))
  }
  return facts.nft.flatMap((chain, age) => baseChain(chain, tables.get(`${chain.family} ${chain.table}`)!, age))
}

function baseChain(chain: NftChain, chains: ReadonlyMap<string, CompiledChain>, age: number): BaseChain[] {
  const hook = hooks.find((name) => name === chain.hook)
  const families = hook && familiesOf(chain.family, hook)
  if (!hook || !families) return []
  const bound = hook === 'ingress' || hook === 'egress'
  return [
    {
      backend: 'nft',
      families,
      table: `${chain.family} ${chain.table}`,
      chain: chains.get(chain.name)!,
      chains,
      hook,
      priority: chain.prio ?? 0,
      type: chain.type === 'nat' || chain.type === 'route' ? chain.type : 'filter',
      policy: chain.policy === 'drop' ? 'drop' : 'accept',
      age,
      ...(bound && (chain.dev === undefined ? { devicesUnknown: true } : { devices: [chain.dev].flat() })),
    },
  ]
}

function familiesOf(family: string, hook: HookName): readonly Family[] | undefined {
  if (family === 'inet') return hook === 'ingress' ? ['netdev'] : ['ip', 'ip6']
  return (['ip', 'ip6', 'bridge', 'arp', 'netdev'] as const).find((each) => each === family) && [family as Family]
}

type Common = Pick<Scope, 'objects' | 'written' | 'links' | 'cache'>

function compiled(chain: NftChain, facts: Facts, saved: SavedTable | undefined, common: Common): CompiledChain {
  return lazyChain(chain.name, () => {
    const lines = saved && pairedLines(chain.rules, saved.rules.get(chain.name) ?? [])
    return chain.rules.map((rule, at) => {
      const line = lines?.[at]
      if (!saved || !line || onlyNft(rule)) return native(rule, at, chain, facts, common)
      const compiled = compileSaved(saved, line, at, rule.handle)
      return line.listed ? withMatches(compiled, native(matchesOf(rule), at, chain, facts, common)) : compiled
    })
  })
}

/** Only what nft knows of a rule's matches: those of xtables extensions stand in iptables-save. */
const matchesOf = (rule: NftRule): NftRule => ({ ...rule, expr: rule.expr.filter((part) => 'match' in part) })

/** A rule whose saved line lacks matches: nft's listing has these, and the line has its extensions and its target. */
const withMatches = (saved: CompiledRule, listed: CompiledRule): CompiledRule => ({
  ...saved,
  text: listed.text,
  operations: [...listed.operations, ...saved.operations],
})

/** Whether a rule has parts that iptables cannot express and iptables-save would leave out. */
export function onlyNft({ expr }: NftRule): boolean {
  if (expr.some((part) => 'xt' in part)) return false
  return /"(set|vmap|map|concat)":|"@/.test(JSON.stringify(expr))
}

function native(
  rule: NftRule,
  at: number,
  { family, table, name }: NftChain,
  facts: Facts,
  common: Common,
): CompiledRule {
  const text = facts.ruleTexts.get(`${family} ${table} ${rule.handle}`) ?? rendered(rule)
  return compileNftRule(rule, text, {
    ...common,
    family,
    table,
    chain: name,
    id: `${family} ${table} ${name} ${rule.handle ?? at}`,
  })
}

/** A rule as short text where nft's own text is missing. */
const rendered = ({ expr }: NftRule): string =>
  expr
    .map((part) => JSON.stringify(part).replaceAll(/[{}"]|:null/g, ''))
    .join(' ')
    .slice(0, 200)

/** Sets that rules add to or take from, by `family table name`. */
function writtenSets(chains: readonly NftChain[]): Set<string> {
  const written = new Set<string>()
  for (const chain of chains)
    for (const { expr } of chain.rules)
      for (const part of expr) {
        const { set, map } = part as { set?: { set?: unknown }; map?: { map?: unknown } }
        const name = set?.set ?? map?.map
        if (typeof name === 'string') written.add(nameKey(chain, name.replace(/^@/, '')))
      }
  return written
}
