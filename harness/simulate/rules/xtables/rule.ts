import type { CompiledRule, Operation } from '../compiled.ts'
import { baseTests } from './base.ts'
import { matchTests } from './matches.ts'
import { Options, type Scope } from './options.ts'
import { targetOperations } from './targets.ts'
import { partsOf } from './words.ts'

/** A line of iptables-save (`-A CHAIN …`) as operations. */
export function compileXtRule(
  text: string,
  scope: Scope,
  isChain: (name: string) => boolean,
  handle?: number,
): CompiledRule {
  const parts = partsOf(text)
  const tests = parts.flatMap((part): Operation[] => {
    if (part.kind === 'base') return baseTests(new Options('', part.options, scope))
    return part.kind === 'match' ? matchTests(part, scope).map((test) => ({ does: 'test', test })) : []
  })
  const target = parts.find(({ kind }) => kind === 'jump' || kind === 'goto')
  const comment = parts.find(({ kind, name }) => kind === 'match' && name === 'comment')?.options[0]?.args[0]
  const operations: Operation[] = [...tests, ...targetOperations(target, scope, isChain)]
  return { text, operations, ...(handle !== undefined && { handle }), ...(comment !== undefined && { comment }) }
}
