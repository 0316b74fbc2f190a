import type { BaseChain, CompiledChain, CompiledRule } from './compiled.ts'
import type { RuleStep } from './types.ts'

/** The step that a rule adds to a packet's path; without a rule, the base chain's policy. */
export const stepOf = (
  base: BaseChain,
  chain: CompiledChain,
  rule: CompiledRule | undefined,
  verdict: RuleStep['verdict'],
): RuleStep => ({
  backend: base.backend,
  table: base.table,
  chain: chain.name,
  base: base.chain.name,
  hook: base.hook,
  rule: rule?.text ?? `policy ${base.policy}`,
  verdict,
  ...(rule?.handle !== undefined && { handle: rule.handle }),
  ...(rule?.comment !== undefined && { comment: rule.comment }),
})
