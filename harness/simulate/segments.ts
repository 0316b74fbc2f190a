import type { Facts } from '../evidence/facts.ts'

/** What rules have to do with the segments of TCP. */
export interface SegmentRules {
  /** Whether any asks for the flags of TCP or for lengths: what answers differ in from those behind them. */
  sees: boolean
  /** Whether any sets the largest segment that a connection may have. */
  clamps: boolean
}

/** What a host's rules ask of TCP's segments, and do to them. */
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
