import type { BaseChain } from './compiled.ts'
import { withAnswer } from './fork.ts'
import { stepOf } from './step.ts'
import type { Station } from './through-hook.ts'
import { unknown } from './truth.ts'
import type { World } from './types.ts'
import { mergeWorlds } from './world.ts'

/**
 * The stations with NAT before, not after, the chains of its own priority; undefined where there are none. No listing
 * shows which was registered last and so comes first. Source: linux/net/netfilter/core.c, nf_hook_entries_grow.
 */
export function tiedOrder(stations: readonly Station[]): Station[] | undefined {
  const nat = stations.find(({ is }) => is === 'nat')
  const tied = stations.findIndex((station) => station.is === 'chain' && station.priority === nat?.priority)
  if (!nat || tied < 0) return undefined
  const others = stations.filter((station) => station !== nat)
  return [...others.slice(0, tied), nat, ...others.slice(tied)]
}

/** The worlds of both orders at one hook; where they differ, each depends on the doubt about the order. */
export function eitherOrder(forth: World[], back: World[], base: BaseChain, what: string): World[] {
  if (mergeWorlds([...forth, ...back]).length === mergeWorlds(forth).length) return forth
  const message = `A chain has the priority of ${what} at ${base.hook}, and no listing shows which of them comes first.`
  const why = unknown('listing', `${what} and its like at ${base.hook}`, message)
  const step = stepOf(base, base.chain, undefined, 'accept')
  return [
    ...forth.map((world) => withAnswer(world, why, true, step)),
    ...back.map((world) => withAnswer(world, why, false, step)),
  ]
}
