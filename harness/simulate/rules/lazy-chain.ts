import type { CompiledChain, CompiledRule, Context } from './compiled.ts'
import { inputOf, outputOf } from './packet-view.ts'

// Below this, rules are as quickly led past as looked for.
const few = 16
// Lists of rules for one pair of interfaces are kept up to this many rules in all.
const mostKept = 1_000_000

/** A chain whose rules are compiled when the first packet comes: most of a large ruleset no packet ever sees. */
export function lazyChain(name: string, compile: () => CompiledRule[]): CompiledChain {
  let rules: CompiledRule[] | undefined
  let index: Index | undefined
  let kept = 0
  // What a rule takes for its interfaces differs from family to family.
  const seen = new Map<string, Map<string, Map<string, CompiledChain>>>()
  return {
    name,
    get rules() {
      rules ??= compile()
      return rules
    },
    seenBy(context) {
      const all = this.rules
      if (all.length < few) return this
      const outputs = under(under(seen, context.family), inputOf(context))
      const output = outputOf(context)
      const found = outputs.get(output)
      if (found) return found
      index ??= indexOf(all)
      const own = chainOf(name, rulesFor(context, all, index))
      kept += own.rules.length
      const chosen = kept < mostKept ? own : this
      outputs.set(output, chosen)
      return chosen
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

function under<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const found = map.get(key) ?? new Map<string, V>()
  map.set(key, found)
  return found
}

/** Where rules stand that take one interface alone, by its name, and all others. */
interface Index {
  input: ReadonlyMap<string, readonly number[]>
  output: ReadonlyMap<string, readonly number[]>
  others: readonly number[]
}

function indexOf(rules: readonly CompiledRule[]): Index {
  const [input, output, others] = [new Map<string, number[]>(), new Map<string, number[]>(), [] as number[]]
  for (const [at, rule] of rules.entries()) {
    const only = onlyOf(rule)
    const side = only?.side === 'input' ? input : output
    const own = only ? (side.get(only.name) ?? []) : others
    if (only) side.set(only.name, own)
    own.push(at)
  }
  return { input, output, others }
}

function onlyOf({ operations }: CompiledRule): { side: 'input' | 'output'; name: string } | undefined {
  for (const operation of operations) {
    if (operation.does !== 'test') return undefined
    if (operation.interface && operation.only !== undefined) return { side: operation.interface, name: operation.only }
  }
  return undefined
}

/** The rules that a packet of these interfaces may meet, in their order. */
function rulesFor(context: Context, rules: readonly CompiledRule[], { input, output, others }: Index): CompiledRule[] {
  const own = inOrder(input.get(inputOf(context)) ?? [], output.get(outputOf(context)) ?? [])
  return inOrder(others, own)
    .map((at) => rules[at]!)
    .filter((rule) => isFor(rule, context))
}

/** Two ascending lists as one. */
function inOrder(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === 0) return other
  if (other.length === 0) return one
  const merged: number[] = []
  for (let a = 0, b = 0; a < one.length || b < other.length; )
    merged.push(b >= other.length || one[a]! < other[b]! ? one[a++]! : other[b++]!)
  return merged
}

/** Whether a packet of these interfaces may meet a rule, or have it do something. */
function isFor({ operations }: CompiledRule, context: Context): boolean {
  for (const operation of operations) {
    if (operation.does !== 'test') return true
    if (operation.interface && operation.test(context) === false) return false
  }
  return true
}
