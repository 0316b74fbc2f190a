import type { Listener, NftObjects } from '../../../evidence/facts.ts'

/** What an nftables rule can refer to: its table's sets and objects, and the host's links. */
export interface Scope {
  family: string
  table: string
  chain: string
  /** Of this rule alone. */
  id: string
  objects: NftObjects
  /** Sets that rules change. */
  written: ReadonlySet<string>
  /** The queues that programs read; undefined where that is not known. */
  packetQueues?: readonly number[] | undefined
  /** The sockets on which programs of the host listen; undefined where they are not known. */
  listeners?: readonly Listener[] | undefined
  links: ReadonlyMap<string, { kind: string }>
  /** Sets that were already read, by name and type. */
  cache: Map<string, unknown>
}

/** The key of a named object of a scope's table. */
export const nameKey = ({ family, table }: { family: string; table: string }, name: string): string =>
  `${family} ${table} ${name}`
