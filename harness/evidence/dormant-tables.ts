import type { TableFlags } from './sections/rules-native/read.ts'

const known = ['dormant', 'owner', 'persist']

/**
 * The tables of nftables whose chains the kernel does not run, as `family table`: those with the flag dormant (nft(8)).
 * `listed` is from nft's JSON, `texts` from its text. The JSON of nft 1.0.6 has other words for the flags, so the text
 * counts. Throws where neither gives the flags of a table.
 */
export function dormantTables(listed: readonly TableFlags[], texts: ReadonlyMap<string, string[]>): Set<string> {
  const dormant = new Set<string>()
  for (const [table, flags] of [...listed.map(({ table, flags }) => [table, flags] as const), ...texts])
    if (flags.includes('dormant')) dormant.add(table)
  for (const { table, flags } of listed)
    if (!texts.has(table) && !flags.every((flag) => known.includes(flag)))
      throw new TypeError(`the flags of table ${table} are not known, so it may be dormant`)
  return dormant
}
