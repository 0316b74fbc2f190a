import { planted } from '../../planted.ts'
import type { CompiledRule, Context, Operation, Outcome, Test } from '../compiled.ts'
import { isTracked } from '../tracking.ts'
import { type Unknown, unknown } from '../truth.ts'
import { mangleOperation, unchanging } from './change.ts'
import { expressionOf } from './expression.ts'
import { limitTest } from './limits.ts'
import { interfaceOf, matchTest } from './match.ts'
import { natOperation } from './nat.ts'
import { isAbsent } from './reading.ts'
import type { Scope } from './scope.ts'
import { lookupOf } from './sets.ts'
import { xtOperation } from './xt.ts'

type Json = Record<string, unknown>

/** A rule of `nft -j list ruleset` as operations. An unreadable part becomes an unknown operation, not an error. */
export function compileNftRule(
  rule: { expr: readonly Json[]; handle?: number | undefined; comment?: string | undefined },
  text: string,
  scope: Scope,
): CompiledRule {
  return {
    text,
    ...(rule.handle !== undefined && { handle: rule.handle }),
    ...(rule.comment !== undefined && { comment: rule.comment }),
    operations: [
      ...hiddenType(rule.expr, scope),
      ...rule.expr.flatMap((part, at) =>
        isReset(part) ? reset(rule.expr, scope) : operationsOf(named(part, rule.expr.slice(at + 1), text), scope),
      ),
    ],
  }
}

const verdicts = ['accept', 'drop', 'return', 'jump', 'goto']

/**
 * nft 0.9 prints an extension as null. One before a verdict or another one is a match: a target would be the verdict itself.
 * Of targets, its text shows masquerading.
 */
function named(part: Json, rest: readonly Json[], text: string): Json {
  if (part.xt !== null) return part
  if (rest.some((each) => [...verdicts, 'xt'].some((word) => word in each))) return { xt: { type: 'match' } }
  return /\bmasquerade$/.test(text) ? { xt: { type: 'target', name: 'MASQUERADE' } } : part
}

const simple = ['accept', 'drop', 'return', 'continue'] as const
// These count, write or mark what the simulation does not read.
const silent = [
  'counter',
  'log',
  'comment',
  'last',
  'flow',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'dup',
  'secmark',
]
const limits = ['limit', 'quota', 'ct count']
const translations = ['dnat', 'snat', 'masquerade', 'redirect']

function operationsOf(part: Json, scope: Scope): Operation[] {
  const [word = ''] = Object.keys(part)
  const value = part[word]
  if (silent.includes(word)) return []
  if (word === 'match') return [{ does: 'test', test: matchTest(value, scope), ...interfaceOf(value) }]
  const plain = simple.find((each) => each === word)
  if (plain) return [end({ to: plain })]
  if (word === 'reject') return [...familyOfReject(value), end({ to: 'reject' })]
  const found = operationOf(word, value, scope)
  return found ? [found].flat() : [openEnd(part, scope)]
}

function operationOf(word: string, value: unknown, scope: Scope): Operation | Operation[] | undefined {
  if (limits.includes(word)) return testing(limitTest(word, value, scope))
  if (translations.includes(word)) return natOperation(word, value, scope)
  if (word === 'mangle') return mangleOperation(value, scope)
  if (word === 'jump' || word === 'goto') return jumping(word, value)
  if (word === 'vmap') return verdictMap(value, scope)
  if (word === 'notrack') return { does: 'change', change: untracked }
  if (word === 'set' || word === 'map' || word === 'meter') return writing(value, scope)
  if (word === 'queue' || word === 'tproxy' || word === 'synproxy' || word === 'fwd')
    return handedOver(word, value, scope)
  if (word === 'xt') return xtOperation(value, scope)
  return undefined
}

/**
 * Below IP nft does not print the frame type before `meta l4proto`, so the rule may be for another type.
 * Source: nftables/src/payload.c, payload_may_dependency_kill.
 */
function hiddenType(expr: readonly Json[], { family, id }: Scope): Operation[] {
  if (family !== 'bridge' && family !== 'netdev') return []
  const texts = expr.map((part) => JSON.stringify(part) ?? '')
  if (!texts.some((text) => text.includes('"key":"l4proto"'))) return []
  if (texts.some((text) => namesFamily.test(text) || text.includes('"field":"type"'))) return []
  const message = 'Whether a rule for a transport protocol is for IPv4, for IPv6 or for both is not listed.'
  const settle = 'nft --debug=netlink list ruleset'
  return [{ does: 'test', test: ({ packet }) => unknown('listing', `IPv${packet.family}: ${id}`, message, settle) }]
}

const isReset = ({ reject }: Json): boolean => (reject as { type?: unknown } | null | undefined)?.type === 'tcp reset'

/**
 * nft does not print that a reset matches only TCP, nor the match for IPv4 or IPv6 before it in a rule of family inet.
 * Source: nftables/src/netlink_delinearize.c, stmt_reject_postprocess.
 */
function reset(expr: readonly Json[], { family, id }: Scope): Operation[] {
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
function familyOfReject(value: unknown): Operation[] {
  const { type } = (value ?? {}) as { type?: unknown }
  const family = type === 'icmp' ? 4 : type === 'icmpv6' ? 6 : undefined
  return family === undefined ? [] : [{ does: 'test', test: ({ packet }) => packet.family === family }]
}

const ofTcp: Test = ({ packet }) => packet.protocol === 'tcp'
const namesFamily = /"(protocol|family)":"ip6?"|"key":"(nfproto|protocol)"/

const end = (outcome: Outcome): Operation => ({ does: 'end', outcome })
const testing = (test: Test | undefined): Operation | undefined => test && { does: 'test', test }

/** An unknown operation may end the packet or let it go on. */
export function openEnd(part: unknown, { id }: Scope): Operation {
  const words = JSON.stringify(part)?.slice(0, 80) ?? ''
  const why = unknown('statement', `statement ${id} ${words}`, `What ${words} does to a packet is not known.`)
  return end({ to: 'open', as: 'drop', goesOn: 'continue', why })
}

function jumping(word: 'jump' | 'goto', value: unknown): Operation | undefined {
  const target = (value as { target?: unknown } | null)?.target
  return typeof target === 'string' ? end({ to: word, chain: target }) : undefined
}

/** This works only before conntrack: a packet that conntrack has seen, or that has a zone, stays tracked. */
export const untracked = (context: Context): Context['packet'] =>
  isTracked(context) || context.packet.zone ? context.packet : { ...context.packet, state: 'untracked' }

/** Adds a packet's address to a set. The statement always matches, except for what follows it. */
function writing(value: unknown, scope: Scope): Operation[] | undefined {
  const { stmt } = (value ?? {}) as { stmt?: unknown }
  if (stmt === undefined) return [unchanging]
  const statements = Array.isArray(stmt) ? stmt : [stmt]
  return statements.flatMap((each) => operationsOf(each as Json, scope))
}

const handed: Record<string, { as: 'queue' | 'drop' | 'stolen'; goesOn: 'accept' | 'continue'; message: string }> = {
  queue: { as: 'queue', goesOn: 'accept', message: 'A program decides on the packet.' },
  tproxy: { as: 'drop', goesOn: 'continue', message: 'A transparent proxy takes the packet, if one runs.' },
  synproxy: { as: 'stolen', goesOn: 'continue', message: 'The kernel first answers instead of the destination.' },
  fwd: { as: 'stolen', goesOn: 'accept', message: 'The rule sends the packet out by another device.' },
}

function handedOver(word: string, value: unknown, scope: Scope): Operation {
  const { as, goesOn, message } = handed[word]!
  const settle = word === 'queue' ? 'cat /proc/net/netfilter/nfnetlink_queue' : undefined
  const why = unknown('other', `${word} ${scope.family} ${scope.table} ${JSON.stringify(value)}`, message, settle)
  return end({ to: 'open', as, goesOn, why })
}

function verdictMap(value: unknown, scope: Scope): Operation | undefined {
  const { key, data } = (value ?? {}) as { key?: unknown; data?: unknown }
  if (key === undefined || data === undefined) return undefined
  const left = expressionOf(key, scope)
  const found = lookupOf(data, left.kinds, scope, { as: 'verdicts', toValue: (json) => verdictOf(json, scope) })
  const choose = (context: Context): Outcome[] | { why: Unknown; outcomes: Outcome[] } => {
    const reading = left.read(context)
    if (isAbsent(reading)) return []
    const hit = found.lookup?.find(reading)
    if ('why' in found) return { why: found.why, outcomes: hit ? ('why' in hit ? hit.values : [hit.value]) : anything }
    if (!hit) return planted.has('vmap') ? [{ to: 'drop' }] : []
    return 'why' in hit
      ? { why: hit.why, outcomes: distinct(hit.values) }
      : [planted.has('vmap') ? backwards(hit.value) : hit.value]
  }
  return { does: 'choose', choose }
}

const anything: Outcome[] = [{ to: 'drop' }, { to: 'accept' }]

const backwards = (outcome: Outcome): Outcome =>
  outcome.to === 'accept' ? { to: 'drop' } : outcome.to === 'drop' ? { to: 'accept' } : outcome

const distinct = (outcomes: Outcome[]): Outcome[] => [
  ...new Map(outcomes.map((outcome) => [JSON.stringify(outcome), outcome])).values(),
]

function verdictOf(json: unknown, scope: Scope): Outcome {
  const [word = '', value] = Object.entries((json ?? {}) as Json)[0] ?? []
  const plain = simple.find((each) => each === word)
  if (plain) return { to: plain }
  const target = (value as { target?: unknown } | null)?.target
  if ((word === 'jump' || word === 'goto') && typeof target === 'string') return { to: word, chain: target }
  const why = unknown(
    'statement',
    `verdict ${scope.id} ${JSON.stringify(json)}`,
    'A map has a verdict that cannot be read.',
  )
  return { to: 'open', as: 'drop', goesOn: 'accept', why }
}
