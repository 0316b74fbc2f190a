import type { Facts } from '../../evidence/facts.ts'
import type { Family } from './types.ts'

// Source: linux/net/netfilter, callers of nf_ct_netns_get.
const inNft = /"(ct|ct count|ct helper|ct timeout|ct expectation|dnat|snat|masquerade|redirect|flow|synproxy)":/
const matches = 'conntrack|state|connmark|connlimit|connbytes|connlabel|helper|cluster'
const targets = 'MASQUERADE|SNAT|DNAT|REDIRECT|NETMAP|CONNMARK|CONNSECMARK|CT|SYNPROXY'
// A notrack rule does not turn on conntrack.
const inSaved = new RegExp(`-m (${matches}) |-j (?!CT --notrack)(${targets})( |$)`)
const asExtension = new RegExp(`"name":"(${matches}|${targets})"`)

/** Whether any rule makes the kernel track a family's connections; without one, NAT chains see no packet. */
export function usesConntrack(facts: Facts, family: Family): boolean {
  const families = [family, 'inet', 'bridge']
  const [four, six] = [facts.xtables, facts.xtables6]
  const saved = family === 'ip6' ? six : four
  if ([saved?.nft, saved?.legacy].some((ruleset) => ruleset?.rules.some(({ text }) => inSaved.test(text)))) return true
  return facts.nft.some(
    (chain) =>
      families.includes(chain.family) &&
      chain.rules.some(({ expr }) => {
        const json = JSON.stringify(expr)
        return inNft.test(json) || asExtension.test(json)
      }),
  )
}
