import { planted } from '../planted.ts'
import {
  type BaseChain,
  type CompiledChain,
  type CompiledRule,
  type Context,
  end,
  type Operation,
  type Outcome,
} from './compiled.ts'
import { answered, endedBy, opened, tooMany, unlisted, withAnswer } from './fork.ts'
import { chainOf } from './lazy-chain.ts'
import { clamped } from './segment-size.ts'
import { stepOf } from './step.ts'
import { translatedBy } from './translated.ts'
import type { Unknown } from './truth.ts'
import type { World } from './types.ts'

/** A packet's position in a base chain, and where it returns to. */
interface Frame {
  chain: CompiledChain
  index: number
  back?: Frame
  depth: number
}

// The kernel allows 16 jumps (nft) and refuses loops; a damaged listing may hold a loop.
const deepest = 64
// The simulation follows at most this many unknown conditions, and this many rules of a chain.
const mostWorlds = 64
const mostRules = 500_000

/** Runs one world through one base chain; gives the worlds at its end. */
export function runChain(base: BaseChain, start: World, context: Context): World[] {
  const run = new Run(base, context)
  run.jobs.push({ world: start, frame: { chain: base.chain.seenBy(context), index: 0, depth: 0 } })
  for (let job = run.jobs.pop(); job; job = run.jobs.pop()) {
    if (run.jobs.length + run.ends.length > mostWorlds) return tooMany(base, start)
    run.follow(job)
  }
  return run.ends
}

class Run {
  readonly jobs: { world: World; frame: Frame }[] = []
  readonly ends: World[] = []
  readonly base: BaseChain
  readonly context: Context
  private seen = 0

  constructor(base: BaseChain, context: Context) {
    this.base = base
    this.context = context
  }

  follow({ world, frame }: { world: World; frame: Frame }): void {
    let { chain, index, back, depth } = frame
    let now = world
    this.context.packet = now.packet
    while (true) {
      const rule = chain.rules[index]
      if (!rule) {
        if (!back) {
          this.ends.push(this.byPolicy(now))
          return
        }
        ;({ chain, index, back, depth } = back)
        continue
      }
      index++
      // Fast path: most of thousands of rules fail their first condition.
      const first = rule.operations[0]
      if (first?.does === 'test' && first.test(this.context) === false) continue
      const here: Frame = { chain, index, ...(back && { back }), depth }
      const result = this.apply(rule, now, here)
      now = result.world
      const { outcome } = result
      if (outcome === undefined || outcome.to === 'continue') continue
      if (outcome.to === 'return') {
        if (!back && planted.has('policy-after-return')) {
          this.ends.push(now)
          return
        }
        index = chain.rules.length
      } else if (outcome.to === 'jump' || outcome.to === 'goto') {
        const target = this.base.chains.get(outcome.chain)
        this.seen += chain.rules.length + 1
        if (!target || depth > deepest || this.seen > mostRules) {
          this.ends.push(...unlisted(this.base, now, chain, rule, outcome.chain))
          return
        }
        // After a goto the packet returns where the chain itself would have returned.
        if (outcome.to === 'jump' || planted.has('goto-returns')) back = here
        depth++
        chain = target.seenBy(this.context)
        index = 0
      } else {
        this.end(now, chain, rule, outcome, here)
        return
      }
    }
  }

  /** Runs one rule's operations in order; gives the world and the next position. Unknown conditions fork. */
  private apply(rule: CompiledRule, start: World, frame: Frame): { world: World; outcome?: Outcome } {
    let world = start
    let pending: Unknown[] = []
    for (const operation of rule.operations) {
      if (operation.does === 'test') {
        const truth = operation.test(this.context)
        if (truth === true) continue
        if (truth === false) return { world }
        const answer = answered(world, truth)
        if (answer === false) return { world }
        if (answer === undefined) pending.push(truth)
        continue
      }
      // The next operation has effects, so matching and other worlds part here.
      if (pending.length > 0) world = this.fork(world, pending, rule, frame)
      pending = []
      const result = this.act(operation, rule, world, frame)
      world = result.world
      if (result.stop) return result
    }
    return { world }
  }

  /** The world in which all conditions hold; worlds in which one fails continue later, from the next rule. */
  private fork(world: World, pending: readonly Unknown[], rule: CompiledRule, frame: Frame): World {
    const step = stepOf(this.base, frame.chain, rule, 'accept')
    let taken = world
    for (const condition of pending) {
      // Two operations of one rule may test the same condition.
      const answer = answered(taken, condition)
      if (answer === true) continue
      if (answer === undefined) this.jobs.push({ world: withAnswer(taken, condition, false, step), frame })
      taken = withAnswer(taken, condition, true, step)
    }
    this.context.packet = taken.packet
    return taken
  }

  private act(
    operation: Exclude<Operation, { does: 'test' }>,
    rule: CompiledRule,
    world: World,
    frame: Frame,
  ): { world: World; outcome?: Outcome; stop: boolean } {
    if (operation.does === 'clamp') {
      const packet = clamped(world.packet)
      this.context.packet = packet
      return { world: { ...world, packet, clampsMss: true }, stop: false }
    }
    if (operation.does === 'change') {
      const packet = operation.change(this.context, () => stepOf(this.base, frame.chain, rule, 'change'))
      this.context.packet = packet
      return { world: packet === world.packet ? world : { ...world, packet }, stop: false }
    }
    if (operation.does === 'end')
      return { world, outcome: operation.outcome, stop: operation.outcome.to !== 'continue' }
    const chosen = operation.choose(this.context)
    if (Array.isArray(chosen)) return { world, ...(chosen[0] && { outcome: chosen[0] }), stop: true }
    return { ...this.chooseAll(chosen.why, chosen.outcomes, rule, world, frame), stop: true }
  }

  /** For an unknown key of a verdict map: one world for each outcome, and one where no element matches. */
  private chooseAll(why: Unknown, outcomes: Outcome[], rule: CompiledRule, world: World, frame: Frame) {
    const step = stepOf(this.base, frame.chain, rule, 'accept')
    let rest = world
    for (const outcome of outcomes) {
      const condition = { ...why, key: `${why.key} -> ${JSON.stringify(outcome)}` }
      const own = withAnswer(rest, condition, true, step)
      // Each continues as if the rule had only that outcome.
      const single: CompiledRule = { ...rule, operations: [end(outcome)] }
      const chain = chainOf(frame.chain.name, frame.chain.rules.with(frame.index - 1, single))
      this.jobs.push({ world: own, frame: { ...frame, chain, index: frame.index - 1 } })
      rest = withAnswer(rest, condition, false, step)
    }
    return { world: rest }
  }

  private end(world: World, chain: CompiledChain, rule: CompiledRule, outcome: Outcome, frame: Frame): void {
    const { base, ends } = this
    if (outcome.to === 'accept') ends.push({ ...world, steps: [...world.steps, stepOf(base, chain, rule, 'accept')] })
    else if (outcome.to === 'drop' || outcome.to === 'reject' || outcome.to === 'unread')
      ends.push(this.ended(world, chain, rule, outcome.to))
    else if (outcome.to === 'translate') {
      ends.push(...translatedBy(outcome, world, this.context, stepOf(base, chain, rule, 'translate')))
    } else if (outcome.to === 'open') {
      const step = stepOf(base, chain, rule, outcome.as === 'queue' ? 'queue' : 'drop')
      for (const each of opened(world, step, outcome.why, outcome.as))
        if (each.terminating.length > world.terminating.length || outcome.goesOn === 'accept') ends.push(each)
        else this.jobs.push({ world: each, frame })
    }
  }

  private ended(
    world: World,
    chain: CompiledChain,
    rule: CompiledRule | undefined,
    verdict: 'drop' | 'reject' | 'unread',
  ): World {
    return endedBy(world, stepOf(this.base, chain, rule, verdict), verdict)
  }

  private byPolicy(world: World): World {
    return this.base.policy === 'drop' ? this.ended(world, this.base.chain, undefined, 'drop') : world
  }
}
