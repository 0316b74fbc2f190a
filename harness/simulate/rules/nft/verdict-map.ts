import { planted } from '../../planted.ts'
import type { Context, Operation, Outcome } from '../compiled.ts'
import { type Unknown, unknown } from '../truth.ts'
import { expressionOf } from './expression.ts'
import { isAbsent } from './reading.ts'
import type { Scope } from './scope.ts'
import { lookupOf } from './sets.ts'

export const plainVerdicts = ['accept', 'drop', 'return', 'continue'] as const

/** `value` is nft's `vmap`: `{key, data}`. Undefined where it is neither. */
export function verdictMap(value: unknown, scope: Scope): Operation | undefined {
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
  const [word = '', value] = Object.entries((json ?? {}) as Record<string, unknown>)[0] ?? []
  const plain = plainVerdicts.find((each) => each === word)
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
