import { type CompiledRule, end, type Operation, type Test } from '../compiled.ts'
import { type Queues, queued } from '../queues.ts'
import { proxyListens } from '../sockets.ts'
import { untracked } from '../tracking.ts'
import { unknown } from '../truth.ts'
import { mangleOperation, unchanging } from './change.ts'
import { limitTest } from './limits.ts'
import { interfaceOf, matchTest } from './match.ts'
import { mergedFrom, mergedTest } from './merged.ts'
import { natOperation } from './nat.ts'
import type { Scope } from './scope.ts'
import { familyOfReject, frameTypeOf, isReset, reset } from './unlisted.ts'
import { plainVerdicts, verdictMap } from './verdict-map.ts'
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
    operations: [...frameTypeOf(rule.expr, scope), ...operationsOfAll(rule.expr, text, scope)],
  }
}

function operationsOfAll(expr: readonly Json[], text: string, scope: Scope): Operation[] {
  const operations: Operation[] = []
  for (let at = 0, count = 1; at < expr.length; at += count) {
    count = mergedFrom(expr, at)
    const part = expr[at]!
    if (count > 1) operations.push({ does: 'test', test: mergedTest(expr.slice(at, at + count), scope) })
    else if (isReset(part)) operations.push(...reset(expr, scope))
    else operations.push(...operationsOf(named(part, expr.slice(at + 1), text), scope))
  }
  return operations
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
  const plain = plainVerdicts.find((each) => each === word)
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
  if (word === 'queue') {
    const words = wordsOf(word, value, scope)
    return end(queued(queuesOf(value), words, 'A program decides on the packet.', scope.packetQueues))
  }
  if (word === 'tproxy') return [...whereProxyListens(value, scope), handedOver(word, value, scope)]
  if (word === 'synproxy' || word === 'fwd') return handedOver(word, value, scope)
  if (word === 'xt') return xtOperation(value, scope)
  return undefined
}

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

/** Adds a packet's address to a set. The statement always matches, except for what follows it. */
function writing(value: unknown, scope: Scope): Operation[] | undefined {
  const { stmt } = (value ?? {}) as { stmt?: unknown }
  if (stmt === undefined) return [unchanging]
  const statements = Array.isArray(stmt) ? stmt : [stmt]
  return statements.flatMap((each) => operationsOf(each as Json, scope))
}

const handed: Record<string, { as: 'drop' | 'stolen'; goesOn: 'accept' | 'continue'; message: string }> = {
  tproxy: { as: 'drop', goesOn: 'continue', message: 'A transparent proxy takes the packet, if one runs.' },
  synproxy: { as: 'stolen', goesOn: 'continue', message: 'The kernel first answers instead of the destination.' },
  fwd: { as: 'stolen', goesOn: 'accept', message: 'The rule sends the packet out by another device.' },
}

function handedOver(word: string, value: unknown, scope: Scope): Operation {
  const { as, goesOn, message } = handed[word]!
  const why = unknown('other', wordsOf(word, value, scope), message)
  return end({ to: 'open', as, goesOn, why })
}

/** Where no program listens at its port, the rule ends as if it did not match. Source: linux/net/netfilter/nft_tproxy.c. */
function whereProxyListens(value: unknown, { listeners }: Scope): Operation[] {
  const { port = 0 } = (value ?? {}) as { port?: unknown }
  if (typeof port !== 'number') return []
  return [{ does: 'test', test: ({ packet }) => proxyListens(listeners, port, packet) }]
}

const wordsOf = (word: string, value: unknown, { family, table }: Scope): string =>
  `${word} ${family} ${table} ${JSON.stringify(value)}`

/** `num` is a number, a range, or an expression of the packet's own fields. */
function queuesOf(value: unknown): Queues {
  const { num = 0, flags = [] } = (value ?? {}) as { num?: unknown; flags?: unknown }
  const [first, last] = (num as { range?: unknown[] }).range ?? [num, num]
  const numbers = typeof first === 'number' && typeof last === 'number' ? ([first, last] as const) : undefined
  return { numbers, bypass: [flags].flat().includes('bypass') }
}
