import type { Facts, NftRule } from '../evidence/facts.ts'
import type { RuleStep } from './rules/index.ts'

/**
 * The devices by which a chain lets packets out before one of its rules, or its policy, ends the others: those that rules
 * above it accept, and those that the rule itself leaves out. Only for rules of nftables.
 */
export function letOut({ backend, table, chain, handle }: RuleStep, { nft }: Pick<Facts, 'nft'>): string[] {
  if (backend !== 'nft') return []
  const rules = nft.find((each) => `${each.family} ${each.table}` === table && each.name === chain)?.rules ?? []
  const at = handle === undefined ? -1 : rules.findIndex((each) => each.handle === handle)
  const own = at < 0 ? [] : outputs(rules[at]!, '!=')
  const above = (at < 0 ? rules : rules.slice(0, at)).filter(({ expr }) => expr.some((each) => 'accept' in each))
  return [...new Set([...own, ...above.flatMap((rule) => outputs(rule, '=='))])]
}

interface Match {
  op?: string
  left?: { meta?: { key?: string } }
  right?: unknown
}

/** The output devices that a rule compares with. */
function outputs({ expr }: NftRule, op: '==' | '!='): string[] {
  return expr.flatMap((each) => {
    const { left, right, op: own } = (each.match ?? {}) as Match
    if (own !== op || !['oif', 'oifname'].includes(left?.meta?.key ?? '')) return []
    const set = (right as { set?: unknown } | undefined)?.set
    return [right, ...(Array.isArray(set) ? set : [])].filter((name) => typeof name === 'string')
  })
}
