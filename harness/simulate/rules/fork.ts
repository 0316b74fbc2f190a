import type { BaseChain, CompiledChain, CompiledRule } from './compiled.ts'
import { stepOf } from './step.ts'
import { type Unknown, unknown } from './truth.ts'
import type { RuleStep, World } from './types.ts'

/** The answer to a condition that a world has already settled; undefined where it has not. */
export function answered({ doubts }: World, { key, inverted }: Unknown): boolean | undefined {
  for (const doubt of doubts) if (doubt.key === key) return doubt.holds !== (inverted ?? false)
  return undefined
}

/** The world in which a condition has this answer; it depends on it from now on. */
export function withAnswer(world: World, condition: Unknown, truth: boolean, step: RuleStep): World {
  const { message, kind, key, settle, inverted, learn } = condition
  const holds = truth !== (inverted ?? false)
  const doubt = {
    message,
    kind,
    key,
    holds,
    step,
    ...(inverted && { inverted }),
    ...(settle !== undefined && { settle }),
  }
  const packet = holds && learn ? learn(world.packet) : world.packet
  return { ...world, packet, doubts: [...world.doubts, doubt] }
}

/** The world in which a step ends the packet. */
export const endedBy = (world: World, step: RuleStep, verdict: NonNullable<World['verdict']>): World => ({
  ...world,
  dead: true,
  verdict: world.verdict ?? verdict,
  steps: [...world.steps, step],
  terminating: [...world.terminating, step],
})

/** One world in which the packet goes on, and one in which the step ends it; only one where the answer is known. */
export function opened(world: World, step: RuleStep, why: Unknown, as: 'queue' | 'drop' | 'stolen'): World[] {
  const answer = answered(world, why)
  const rest = answer === undefined ? withAnswer(world, why, false, step) : world
  const ended = endedBy(rest, step, as)
  if (answer !== undefined) return [answer ? world : ended]
  return [withAnswer(world, why, true, step), ended]
}

/** The worlds after a jump to a chain that the listing lacks. */
export function unlisted(
  base: BaseChain,
  world: World,
  chain: CompiledChain,
  rule: CompiledRule,
  target: string,
): World[] {
  const message = `The chain ${target} of ${base.table} is not in the listing, or jumps without end.`
  const why = unknown('listing', `chain ${base.table} ${target}`, message)
  return opened(world, stepOf(base, chain, rule, 'drop'), why, 'drop')
}

/** The worlds behind a base chain in which more conditions are unknown than are worth following. */
export function tooMany(base: BaseChain, start: World): World[] {
  const { table, chain } = base
  const message = `Too many conditions are not known in ${table} ${chain.name}.`
  return opened(
    start,
    stepOf(base, chain, undefined, 'drop'),
    unknown('other', `too many: ${table} ${chain.name}`, message),
    'drop',
  )
}
