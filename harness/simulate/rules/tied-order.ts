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

/** The worlds of both orders, where they differ: each under the doubt that it depends on. */
export function eitherOrder(forth: World[], back: World[], stations: readonly Station[]): World[] {
  if (mergeWorlds([...forth, ...back]).length === mergeWorlds(forth).length) return forth
  const [nat] = stations.flatMap((station) => (station.is === 'nat' ? station.chains : []))
  const says = `A chain has the priority of NAT at ${nat!.hook}, and which of them comes first is not listed.`
  const why = unknown('listing', `NAT and its like at ${nat!.hook}`, says)
  const step = stepOf(nat!, nat!.chain, undefined, 'translate')
  return [
    ...forth.map((world) => withAnswer(world, why, true, step)),
    ...back.map((world) => withAnswer(world, why, false, step)),
  ]
}
