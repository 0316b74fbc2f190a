import type { Facts } from '../evidence/facts.ts'

/** How a host's rules treat TCP segments. */
export interface SegmentRules {
  /** Whether any rule matches TCP flags or lengths, in which an answer differs from the segments after it. */
  sees: boolean
  /** Whether any rule sets a connection's maximum segment size. */
  clamps: boolean
}

/** How a host's rules match TCP segments and change them. */
export function segmentRules({ xtables, xtables6, nft }: Facts): SegmentRules {
  const saved = [xtables.nft, xtables.legacy, xtables6.nft, xtables6.legacy].flatMap(({ rules }) => rules)
  const found = { sees: false, clamps: false }
  for (const { text } of saved) {
    found.sees ||= / --(syn|tcp-flags|length) /.test(text)
    found.clamps ||= text.includes('TCPMSS')
  }
  for (const { rules } of nft)
    for (const { expr } of rules) {
      const text = JSON.stringify(expr)
      found.sees ||= /"(field|key)":"(flags|length)"/.test(text)
      found.clamps ||= text.includes('TCPMSS') || text.includes('"tcp option"')
    }
  return found
}
