import type { Facts, Rule, Ruleset } from '../../../evidence/facts.ts'
import { own } from '../../../lib/own.ts'
import type { BaseChain, CompiledChain, CompiledRule } from '../compiled.ts'
import { lazyChain } from '../lazy-chain.ts'
import { listeningSockets } from '../sockets.ts'
import { unknown } from '../truth.ts'
import type { HookName } from '../types.ts'
import { compileXtRule } from './rule.ts'

// Source: linux/netfilter_ipv4.h.
const priorities: Record<string, number> = { raw: -300, mangle: -150, nat: -100, filter: 0, security: 50 }
const hooks: Record<string, HookName> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
}
const natSource = 100

/** A table of one backend as listed, with chains that are compiled on demand. */
export interface SavedTable {
  name: string
  family: 4 | 6
  backend: 'nft' | 'legacy'
  policies: ReadonlyMap<string, string>
  rules: ReadonlyMap<string, readonly Rule[]>
  facts: Facts
  /** Sets that rules of any table add to. */
  written: ReadonlySet<string>
}

/** The tables of one listing. */
export function savedTables(
  ruleset: Ruleset,
  family: 4 | 6,
  backend: SavedTable['backend'],
  facts: Facts,
): SavedTable[] {
  const written = writtenSets(facts)
  const tables = new Map<string, { policies: Map<string, string>; rules: Map<string, Rule[]> }>()
  const tableOf = (name: string) => {
    const found = tables.get(name) ?? { policies: new Map(), rules: new Map() }
    tables.set(name, found)
    return found
  }
  for (const { table, chain, policy } of ruleset.chains) tableOf(table).policies.set(chain, policy)
  for (const rule of ruleset.rules) {
    const { rules } = tableOf(rule.table)
    const own = rules.get(rule.chain)
    if (own) own.push(rule)
    else rules.set(rule.chain, [rule])
  }
  return [...tables].map(([name, table]) => ({ name, family, backend, facts, written, ...table }))
}

function writtenSets({ xtables, xtables6, ipsets = {} }: Facts): Set<string> {
  const written = new Set<string>()
  for (const ruleset of [xtables.nft, xtables.legacy, xtables6?.nft, xtables6?.legacy])
    for (const { target, text } of ruleset?.rules ?? [])
      if (target === 'SET') for (const [, name] of text.matchAll(/--(?:add|del|map)-set (\S+)/g)) written.add(name!)
  // What is added to a list goes into one of its sets.
  for (const name of [...written])
    if (own(ipsets, name)?.type === 'list:set')
      for (const each of ipsets[name]!.elements) written.add(each.split(' ')[0]!)
  return written
}

/** One rule of a saved table. */
export function compileSaved(
  table: SavedTable,
  { text, chain, packets }: Rule,
  at: number,
  handle?: number,
): CompiledRule {
  const { name, family, backend, policies, facts, written } = table
  const scope = {
    family,
    table: name,
    chain,
    id: `${backend}${family} ${name} ${chain} ${at}`,
    ipsets: facts.ipsets ?? {},
    packetQueues: facts.packetQueues,
    listeners: listeningSockets(facts),
    written,
    ...(packets !== undefined && { packets }),
  }
  return compileXtRule(text, scope, (target) => policies.has(target), handle)
}

/**
 * iptables prints `-p tcp`. An older one than the rule's author prints `-p 6`, and leaves out the ports. Without nft's
 * listing nobody knows which packets such a rule matches.
 */
function withDoubt(rule: CompiledRule, { backend, family, name }: SavedTable): CompiledRule {
  if (backend !== 'nft' || !/ -p (6|17|132) /.test(rule.text)) return rule
  const key = `${family} ${name} ${rule.text}`
  const message = `“${rule.text}” may match less than its text: a newer iptables made the rule than listed it.`
  const hidden = unknown('listing', key, message, 'nft list ruleset')
  return { ...rule, operations: [{ does: 'test', test: () => hidden }, ...rule.operations] }
}

/** The base chains of a table that no nft listing shows. */
export function savedBaseChains(table: SavedTable): BaseChain[] {
  const { name, family, backend, policies, rules } = table
  const chains = new Map<string, CompiledChain>()
  for (const chain of policies.keys())
    chains.set(
      chain,
      lazyChain(chain, () =>
        (rules.get(chain) ?? []).map((rule, at) => withDoubt(compileSaved(table, rule, at), table)),
      ),
    )
  return [...policies].flatMap(([chain, policy]): BaseChain[] => {
    const hook = hooks[chain]
    const priority = priorities[name]
    if (policy === '-' || hook === undefined || priority === undefined) return []
    const source = name === 'nat' && (hook === 'postrouting' || hook === 'input')
    return [
      {
        backend,
        families: [family === 4 ? 'ip' : 'ip6'],
        table: `${family === 4 ? 'ip' : 'ip6'} ${name}`,
        chain: chains.get(chain)!,
        chains,
        hook,
        priority: source ? natSource : priority,
        type: name === 'nat' ? 'nat' : name === 'mangle' && hook === 'output' ? 'route' : 'filter',
        policy: policy === 'DROP' ? 'drop' : 'accept',
        age: -1,
      },
    ]
  })
}
