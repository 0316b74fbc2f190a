import type { Test } from '../compiled.ts'
import { every, isUnknown, some, unknown } from '../truth.ts'
import { matchTest } from './match.ts'
import type { Scope } from './scope.ts'

type Json = Record<string, unknown>

// Offset and length in bits of the fields that nft may merge, by header. It does not merge IPv4 addresses.
const transport: Fields = { sport: [0, 16], dport: [16, 16] }
const headers: Record<string, Fields> = {
  ether: { daddr: [0, 48], saddr: [48, 48], type: [96, 16] },
  ip: { length: [16, 16], id: [32, 16], 'frag-off': [48, 16], ttl: [64, 8], protocol: [72, 8], checksum: [80, 16] },
  ip6: { length: [32, 16], nexthdr: [48, 8], hoplimit: [56, 8], saddr: [64, 128], daddr: [192, 128] },
  th: transport,
  tcp: {
    ...{ ...transport, sequence: [32, 32], ackseq: [64, 32], flags: [104, 8], window: [112, 16] },
    ...{ checksum: [128, 16], urgptr: [144, 16] },
  },
  udp: { ...transport, length: [32, 16], checksum: [48, 16] },
  udplite: transport,
  sctp: transport,
  dccp: transport,
}
type Fields = Record<string, readonly [offset: number, length: number]>

/** How many parts from `at` on nft may have merged into one comparison; 1 where none. */
export function mergedFrom(expr: readonly Json[], at: number): number {
  let count = 1
  while (adjoin(differing(expr[at + count - 1]), differing(expr[at + count]))) count += 1
  return count
}

/**
 * Matches of adjacent fields that each are to differ from a value. nft 1.0.6 compares them at once, and then the rule
 * matches where any of them differs; it lists such a rule as if all had to. Seen with `nft --debug=netlink`: `tcp sport
 * != 80 tcp dport != 9000` loads 4 bytes and has one `cmp neq`.
 */
export function mergedTest(parts: readonly Json[], scope: Scope): Test {
  const tests = parts.map(({ match }) => matchTest(match, scope))
  const message =
    'Two conditions of a rule, each that a field differs from a value, may be one in the kernel: nft may have merged them into the condition that either differs. It lists both alike.'
  const settle = `nft --debug=netlink list chain ${scope.family} ${scope.table} ${scope.chain}`
  const merged = unknown('listing', `merged: ${scope.id}`, message, settle)
  return (context) => {
    const truths = tests.map((test) => test(context))
    const all = every(truths)
    const any = some(truths)
    if (all === true || any === false) return all
    return [all, any].find(isUnknown) ?? merged
  }
}

/** The field that a part compares with one value by `!=`. */
function differing(part: Json | undefined): { header: string; field: string } | undefined {
  const { op, left, right } = (part?.match ?? {}) as { op?: unknown; left?: { payload?: Json } | null; right?: unknown }
  const { protocol, field } = left?.payload ?? {}
  if (op !== '!=' || typeof protocol !== 'string' || typeof field !== 'string') return undefined
  const isOne = typeof right === 'number' || (typeof right === 'string' && !right.startsWith('@'))
  return isOne ? { header: protocol, field } : undefined
}

function adjoin(one: ReturnType<typeof differing>, next: ReturnType<typeof differing>): boolean {
  if (!one || !next) return false
  const [first, second] = [headers[one.header]?.[one.field], headers[next.header]?.[next.field]]
  const alike = one.header === next.header || [one, next].some(({ header }) => header === 'th')
  return alike && first !== undefined && second !== undefined && first[0] + first[1] === second[0]
}
