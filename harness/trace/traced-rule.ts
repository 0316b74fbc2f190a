import type { Facts } from '../evidence/facts.ts'
import { ownerOf } from '../simulate/owner.ts'
import type { Decision } from './events.ts'
import type { TracedRule } from './trace.ts'

/**
 * The rule decision in a traced event, in iptables' words for an iptables table; undefined where the event decides
 * nothing.
 */
export function tracedRuleOf(
  { table, chain, rule, verdict = '', hook }: Decision,
  facts: Facts,
): TracedRule | undefined {
  const [family = '', name = ''] = table.split(' ')
  const xtables = isXtables({ family, table: name }, facts)
  const word = verdict.replace('policy ', '')
  if (word !== 'accept' && word !== 'drop') return undefined
  // The trace of an ebtables rule lacks its first match.
  const listed = rule && facts.ruleTexts.get(`${table} ${rule.handle}`)
  const text = rule ? (xtables && saved(name, chain, rule.handle, facts)) || listed || rule.text : ''
  const rejects = /\breject\b|REJECT/.test(rule?.text ?? '') || /-j REJECT/.test(text)
  const translates = /\b(masquerade|snat|dnat|redirect)\b|-j (MASQUERADE|SNAT|DNAT|REDIRECT|NETMAP)\b/.test(text)
  return {
    hook,
    backend: 'nft',
    table,
    chain,
    rule: text || verdict,
    verdict: word === 'drop' ? (rejects ? 'reject' : 'drop') : translates ? 'translate' : 'accept',
    owner: ownerOf({ backend: 'nft', table, chain, rule: text }, facts),
  }
}

/** Whether iptables-nft keeps a table, so that iptables-save prints it. */
const isXtables = ({ family, table }: { family: string; table: string }, { xtables: { nft } }: Facts): boolean =>
  family === 'ip' && nft.chains.some((each) => each.table === table)

/** A rule as iptables-save prints it, found by its position in the chain. */
function saved(table: string, chain: string, handle: number, { nft, xtables }: Facts): string | undefined {
  const native = nft.find((each) => each.family === 'ip' && each.table === table && each.name === chain)
  const own = xtables.nft.rules.filter((each) => each.table === table && each.chain === chain)
  const index = native?.rules.findIndex((each) => each.handle === handle) ?? -1
  return native?.rules.length === own.length ? own[index]?.text : undefined
}
