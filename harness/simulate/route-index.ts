import type { RouteFact } from '../evidence/facts.ts'
import { inPrefix, parsePrefix } from '../lib/ip.ts'

/** Finds a table's best route: the longest prefix, then the smallest metric. */
export function routeIndex(routes: readonly RouteFact[]): (destination: string) => RouteFact | undefined {
  const lengths = new Map<number, Map<bigint, RouteFact[]>>()
  for (const route of routes.toSorted((a, b) => lengthOf(b) - lengthOf(a) || a.metric - b.metric)) {
    const { bits, length, family } = (route.dst === 'default' ? undefined : parsePrefix(route.dst)) ?? anyway
    const own = lengths.get(length) ?? new Map<bigint, RouteFact[]>()
    lengths.set(length, own)
    const key = headOf(bits, length, family)
    own.set(key, [...(own.get(key) ?? []), route])
  }
  return (destination) => {
    const { bits, family, length: whole } = parsePrefix(destination) ?? anyway
    for (const [length, own] of lengths) {
      const fits = length <= whole ? own.get(headOf(bits, length, family)) : undefined
      const found = fits?.find((each) => leadsTo(each, destination))
      if (found) return found
    }
    return undefined
  }
}

const anyway = { bits: 0n, length: 0, family: 4 } as const

const headOf = (bits: bigint, length: number, family: 4 | 6): bigint =>
  length === 0 ? 0n : bits >> BigInt((family === 4 ? 32 : 128) - length)

/** The length of a route's prefix. */
export const lengthOf = ({ dst }: RouteFact): number => (dst === 'default' ? 0 : (parsePrefix(dst)?.length ?? 0))

// The kernel skips a dead next hop.
const leadsTo = ({ dst, flags, nexthops }: RouteFact, destination: string): boolean =>
  (dst === 'default' || inPrefix(destination, dst)) &&
  !flags.includes('dead') &&
  (nexthops === undefined || nexthops.some((nextHop) => !nextHop.flags.includes('dead')))
