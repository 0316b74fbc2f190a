import type { NftObjects } from '../../../evidence/facts.ts'

/** Where a rule of nftables stands, for what it names: its table's sets and objects, and the host's links. */
export interface Scope {
  family: string
  table: string
  chain: string
  /** Of this one rule. */
  id: string
  objects: NftObjects
  /** Sets that rules add to or take from. */
  written: ReadonlySet<string>
  links: ReadonlyMap<string, { kind: string }>
  /** Sets read already, by name and type. */
  cache: Map<string, unknown>
}

/** The key of a named object of a scope's table. */
export const nameKey = ({ family, table }: { family: string; table: string }, name: string): string =>
  `${family} ${table} ${name}`
