/** The rules that a chain lost and gained against the healthy host. */
export interface ChainDiff {
  /** `nat`, `ip filter`; '' where the lines do not name one. */
  table: string
  /** '' for lines about the table itself. */
  chain: string
  /** iptables-save lines without their table. */
  removed: string[]
  added: string[]
}

/** The lines of a difference by table and chain, in order of first appearance; tables stay together. */
export function chainDiffs({ removed, added }: { removed: readonly string[]; added: readonly string[] }): ChainDiff[] {
  const chains = new Map<string, ChainDiff>()
  for (const [side, lines] of Object.entries({ removed, added }) as ['removed' | 'added', readonly string[]][]) {
    let open = ''
    for (const line of lines) {
      // In the raw text `*nat` opens a table; otherwise each line begins with its table.
      if (/^\*\S+$/.test(line)) open = line.slice(1)
      const [, table = open, rule = line] = /^([\w -]+): (.*)$/s.exec(line) ?? []
      const chain = /^(?::|-[APNI] )(\S+)/.exec(rule)?.[1] ?? ''
      const key = `${table}\n${chain}`
      const diff = chains.get(key) ?? { table, chain, removed: [], added: [] }
      diff[side].push(rule)
      chains.set(key, diff)
    }
  }
  const tables = [...new Set([...chains.values()].map(({ table }) => table))]
  return tables.flatMap((table) => [...chains.values()].filter((diff) => diff.table === table))
}
