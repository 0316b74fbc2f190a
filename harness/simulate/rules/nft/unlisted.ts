import { end, type Operation, type Test } from '../compiled.ts'
import { unknown } from '../truth.ts'
import type { Scope } from './scope.ts'

// What a rule matches though `nft list ruleset` does not print it.

type Json = Record<string, unknown>

/**
 * Below IP nft does not print the frame type before `meta l4proto`, so the rule may be for another type.
 * Source: nftables/src/payload.c, payload_may_dependency_kill.
 */
export function frameTypeOf(expr: readonly Json[], { family, id }: Scope): Operation[] {
  if (family !== 'bridge' && family !== 'netdev') return []
  const texts = expr.map((part) => JSON.stringify(part) ?? '')
  if (!texts.some((text) => text.includes('"key":"l4proto"'))) return []
  if (texts.some((text) => namesFamily.test(text) || text.includes('"field":"type"'))) return []
  const message = 'Whether a rule for a transport protocol is for IPv4, for IPv6 or for both is not listed.'
  const settle = 'nft --debug=netlink list ruleset'
  return [{ does: 'test', test: ({ packet }) => unknown('listing', `IPv${packet.family}: ${id}`, message, settle) }]
}

export const isReset = ({ reject }: Json): boolean =>
  (reject as { type?: unknown } | null | undefined)?.type === 'tcp reset'

/**
 * nft does not print that a reset matches only TCP, nor the match for IPv4 or IPv6 before it in a rule of family inet.
 * Source: nftables/src/netlink_delinearize.c, stmt_reject_postprocess.
 */
export function reset(expr: readonly Json[], { family, id }: Scope): Operation[] {
  const message = 'Whether a rule that resets connections is for IPv4 or IPv6 alone is not listed.'
  const settle = 'nft --debug=netlink list ruleset'
  const ofFamily: Test = ({ packet }) => unknown('listing', `IPv${packet.family}: ${id}`, message, settle)
  const open =
    (family === 'inet' || family === 'bridge') && !expr.some((part) => namesFamily.test(JSON.stringify(part)))
  return [
    { does: 'test', test: ofTcp },
    ...(open ? [{ does: 'test', test: ofFamily } as const] : []),
    end({ to: 'reject' }),
  ]
}

/** An ICMP or ICMPv6 error applies only to packets of that family, and nft does not print this. */
export function familyOfReject(value: unknown): Operation[] {
  const { type } = (value ?? {}) as { type?: unknown }
  const family = type === 'icmp' ? 4 : type === 'icmpv6' ? 6 : undefined
  return family === undefined ? [] : [{ does: 'test', test: ({ packet }) => packet.family === family }]
}

const ofTcp: Test = ({ packet }) => packet.protocol === 'tcp'
const namesFamily = /"(protocol|family)":"ip6?"|"key":"(nfproto|protocol)"/
