/** How many entries the kernel's neighbour tables have. Undefined where the host does not show it. */
export interface NeighbourTables {
  arp?: number
  ndisc?: number
}

/** Reads lines `TABLE ENTRIES`. */
export function readNeighbourTables(lines: readonly string[]): NeighbourTables {
  const found: NeighbourTables = {}
  for (const line of lines) {
    const [, table, entries] = /^(arp|ndisc) (\d+)$/.exec(line) ?? []
    if (!table) throw new Error(`no neighbour table: ${line.slice(0, 80)}`)
    found[table as keyof NeighbourTables] = Number(entries)
  }
  return found
}
