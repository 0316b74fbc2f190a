import type { BaseChain } from './compiled.ts'
import { withAnswer } from './fork.ts'
import { stepOf } from './step.ts'
import type { Station } from './through-hook.ts'
import { unknown } from './truth.ts'
import type { World } from './types.ts'
import { mergeWorlds } from './world.ts'

/**
 * The same stations with NAT before the chains of its own priority, not behind them; undefined where there are none. Which
 * was registered last, and so comes first, is not listed. Source: linux/net/netfilter/core.c, nf_hook_entries_grow.
 */
export function tiedOrder(stations: readonly Station[]): Station[] | undefined {
  const nat = stations.find(({ is }) => is === 'nat')
  const tied = stations.findIndex((station) => station.is === 'chain' && station.priority === nat?.priority)
  if (!nat || tied < 0) return undefined
  const others = stations.filter((station) => station !== nat)
  return [...others.slice(0, tied), nat, ...others.slice(tied)]
}

/** The worlds of both orders of what hangs on one hook; where they differ, each under the doubt that it depends on. */
export function eitherOrder(forth: World[], back: World[], base: BaseChain, what: string): World[] {
  if (mergeWorlds([...forth, ...back]).length === mergeWorlds(forth).length) return forth
  const message = `A chain has the priority of ${what} at ${base.hook}, and which of them comes first is not listed.`
  const why = unknown('listing', `${what} and its like at ${base.hook}`, message)
  const step = stepOf(base, base.chain, undefined, 'accept')
  return [
    ...forth.map((world) => withAnswer(world, why, true, step)),
    ...back.map((world) => withAnswer(world, why, false, step)),
  ]
}
