import type { Facts } from '../evidence/facts.ts'
import { parseIptablesSave } from '../evidence/iptables-save.ts'
import { ownerOf } from '../simulate/owner.ts'
import type { Hook, TracedRule } from './trace.ts'

/**
 * The legacy backend's rules and policies whose counters have grown: the table, then the line as iptables-save prints
 * it.
 */
export function newlyCounted(before: readonly string[], after: readonly string[]): string[] {
  let table = ''
  return after.flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1)
    if (!/^[[:]/.test(line) || before.includes(line)) return []
    return [`${table} ${line.replace(/^\[\d+:\d+\] | \[\d+:\d+\]$/g, '')}`]
  })
}

// The tables that run after each bracket. Source: the brackets of trace.sh.
const tables: Record<string, string[]> = { raw: ['mangle'], mangle: ['filter'], filter: ['security'] }
const early: Partial<Record<Hook, string[]>> = { prerouting: ['raw'], output: ['raw'] }
const behindMangle: Partial<Record<Hook, string[]>> = {
  prerouting: ['nat'],
  postrouting: ['nat'],
  output: ['nat', 'filter'],
}

/**
 * What may have ended a packet in the legacy backend after the bracket that saw it last: each rule of the next table
 * that drops and whose counter has grown, and a policy. Counters add up all packets, so several rules may qualify.
 */
export function legacyTerminatingRules(
  hook: Hook,
  where: string,
  counted: readonly string[],
  facts: Facts,
): TracedRule[] {
  const next =
    where === 'first'
      ? (early[hook] ?? ['mangle'])
      : where === 'mangle'
        ? (behindMangle[hook] ?? ['filter'])
        : tables[where]
  const ruleset = facts.xtables.legacy
  for (const table of next ?? []) {
    const chain = hook.toUpperCase()
    const base = ruleset.chains.find((each) => each.table === table && each.chain === chain)
    if (!base) continue
    const within = chainsFrom(table, chain, facts)
    const deadly = counted
      .filter((line) => line.startsWith(`${table} -A`))
      .flatMap((line) => parseIptablesSave([`*${table}`, line.slice(table.length + 1)]).rules)
      .filter(({ chain: own, target }) => within.has(own) && (target === 'DROP' || target === 'REJECT'))
    const at = (own: string, rule: string) => ({ backend: 'legacy', table: `ip ${table}`, chain: own, rule }) as const
    const rules = deadly.map(
      ({ chain: own, text, target }): TracedRule => ({
        hook,
        ...at(own, text),
        verdict: target === 'REJECT' ? 'reject' : 'drop',
        owner: ownerOf(at(own, text), facts),
      }),
    )
    if (base.policy === 'DROP' && counted.includes(`${table} :${chain} DROP`))
      rules.push({ hook, ...at(chain, 'policy drop'), verdict: 'drop', owner: ownerOf(at(chain, ''), facts) })
    if (rules.length > 0) return rules
  }
  return []
}

/** A chain, and all chains that it jumps to. */
function chainsFrom(table: string, chain: string, { xtables: { legacy } }: Facts): Set<string> {
  const found = new Set([chain])
  for (const own of found)
    for (const rule of legacy.rules)
      if (rule.table === table && rule.chain === own && rule.target) found.add(rule.target)
  return found
}
