import type { TextRuleset } from './ruleset.ts'

/** A ruleset from text as `nft -j list ruleset` would have printed it. */
export function asNftJson({ chains, objects }: TextRuleset): string {
  const listed = chains.map(({ family, table, name, base }) => ({ chain: { family, table, name, ...base } }))
  const rules = chains.flatMap(({ family, table, name, rules }) =>
    rules.map((rule) => ({ rule: { family, table, chain: name, ...rule } })),
  )
  return JSON.stringify({ nftables: [...objects, ...listed, ...rules] })
}
