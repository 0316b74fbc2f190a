import type { Facts } from '../evidence/facts.ts'

/** How full the kernel's table of connections is: entries, and the most that it takes. */
export interface FullTable {
  count: number
  max: number
}

// The number changes while it is read.
const nearly = 0.99

/**
 * The kernel's table of connections where it is full: then the first packet of each new connection is dropped, unless the
 * kernel forgets another one for it. Undefined where there is room, or where it is not known. Source:
 * linux/net/netfilter/nf_conntrack_core.c, __nf_conntrack_alloc.
 */
export function fullTable({ conntrack: { count, max } }: Pick<Facts, 'conntrack'>): FullTable | undefined {
  if (count === undefined || max === undefined || max === 0) return undefined
  return count >= max * nearly ? { count, max } : undefined
}
