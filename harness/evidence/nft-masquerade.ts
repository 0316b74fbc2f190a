import { inSubnet } from './ipv4.ts'
import type { NftChain, NftRule } from './nft.ts'

/**
 * A native nftables rule that translates the source of what leaves a subnet, if there is one. Tables of iptables are
 * left out: iptables-save tells of those.
 */
export function nativeMasquerade(chains: readonly NftChain[], subnet: string): string | undefined {
  const rules = chains.filter(({ family, table }) => family !== 'ip' || table !== 'nat').flatMap(({ rules }) => rules)
  const found = rules.find(
    (rule) => rule.expr.some((part) => 'masquerade' in part || 'snat' in part) && covers(rule, subnet),
  )
  return found && `nft rule in ${found.family} ${found.table} ${found.chain}: ${JSON.stringify(found.expr)}`
}

// A rule that names no source translates all that comes to it.
const covers = (rule: NftRule, subnet: string): boolean =>
  rule.expr.every((part) => {
    const match = part.match as Match | undefined
    if (match?.left?.payload?.field !== 'saddr') return true
    const { prefix } = match.right as { prefix?: { addr: string; len: number } }
    const source = prefix ? `${prefix.addr}/${prefix.len}` : String(match.right)
    return match.op === '==' && inSubnet(subnet, source)
  })

interface Match {
  op: string
  left?: { payload?: { field?: string } }
  right?: unknown
}
