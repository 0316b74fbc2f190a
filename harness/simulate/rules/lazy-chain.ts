import type { CompiledChain, CompiledRule, Context } from './compiled.ts'
import { inputOf, outputOf } from './packet-view.ts'

// Below this many rules, testing each is as quick as an index.
const few = 16
// Cached lists of rules for interface pairs hold at most this many rules in all.
const mostKept = 1_000_000

/** A chain that compiles its rules when the first packet comes: no packet ever sees most of a large ruleset. */
export function lazyChain(name: string, compile: () => CompiledRule[]): CompiledChain {
  let rules: CompiledRule[] | undefined
  let index: Index | undefined
  let kept = 0
  // Which interfaces a rule compares depends on the family.
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

/** A chain of these rules. */
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

/** The positions of rules that match only one interface, by its name, and of all other rules. */
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

/** The rules that may apply to a packet of these interfaces, in order. */
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

/** Whether a rule may apply to a packet of these interfaces. */
function isFor({ operations }: CompiledRule, context: Context): boolean {
  for (const operation of operations) {
    if (operation.does !== 'test') return true
    if (operation.interface && operation.test(context) === false) return false
  }
  return true
}
