import type { CompiledChain, CompiledRule, Context } from './compiled.ts'
import { inputOf, outputOf } from './packet-view.ts'

// Below this, rules are as quickly led past as looked for.
const few = 16

/** A chain whose rules are compiled when the first packet comes: most of a large ruleset no packet ever sees. */
export function lazyChain(name: string, compile: () => CompiledRule[]): CompiledChain {
  let rules: CompiledRule[] | undefined
  const seen = new Map<string, CompiledChain>()
  return {
    name,
    get rules() {
      rules ??= compile()
      return rules
    },
    seenBy(context) {
      if (this.rules.length < few) return this
      // What a rule takes for its interfaces differs from family to family.
      const key = `${context.family}\n${inputOf(context)}\n${outputOf(context)}`
      const found =
        seen.get(key) ??
        chainOf(
          name,
          this.rules.filter((rule) => isFor(rule, context)),
        )
      seen.set(key, found)
      return found
    },
  }
}

/** A chain of some rules. */
export const chainOf = (name: string, rules: readonly CompiledRule[]): CompiledChain => ({
  name,
  rules,
  seenBy() {
    return this
  },
})

/** Whether a packet of these interfaces may meet a rule, or have it do something. */
function isFor({ operations }: CompiledRule, context: Context): boolean {
  for (const operation of operations) {
    if (operation.does !== 'test') return true
    if (operation.interfaces && operation.test(context) === false) return false
  }
  return true
}
