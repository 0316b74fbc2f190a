import type { ChainLine } from './chains.ts'
import type { Target } from './line.ts'

/** The chains that only one network's packets enter: table and chain to the network's number. */
export function privateChains(
  lines: readonly ChainLine[],
  others: readonly { table: string; targets: readonly Target[] }[],
): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (let before = -1; found.size !== before; ) {
    before = found.size
    const leads = new Map<string, Set<number | undefined>>()
    const lead = (table: string, { chain, of }: Target, network: number | undefined): void => {
      const key = `${table} ${chain}`
      const known = leads.get(key) ?? new Set()
      leads.set(key, known.add(network ?? of))
    }
    for (const { table, chain, line } of lines) {
      const home = line.of ?? found.get(`${table} ${chain}`)
      if (!line.idle) for (const target of line.targets) lead(table, target, home)
    }
    for (const { table, targets } of others) for (const target of targets) lead(table, target, undefined)
    for (const [key, networks] of leads) {
      const [network] = networks
      if (networks.size === 1 && network !== undefined) found.set(key, network)
    }
  }
  return found
}
