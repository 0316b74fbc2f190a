import type { Doubt, World } from './types.ts'

/**
 * Merges worlds that end alike. `worlds` are all outcomes from one point, where `known` was already in doubt. A
 * condition whose answers lead to the same end does not matter, and vanishes.
 */
export function mergeWorlds(worlds: readonly World[], known: readonly Doubt[] = []): World[] {
  const [only] = worlds
  if (worlds.length === 1 && only!.doubts.length === 0 && known.length === 0) return [only!]
  if (worlds.length < 2) return worlds.map((world) => ({ ...world, doubts: [...known] }))
  const groups = new Map<string, World[]>()
  for (const world of worlds) {
    const key = fateOf(world)
    const group = groups.get(key)
    if (group) group.push(world)
    else groups.set(key, [world])
  }
  if (groups.size === 1) return [{ ...plainest(worlds), doubts: [...known] }]
  return [...groups.values()].map(mergeEqual)
}

/** What distinguishes worlds: the packet, whether it is dead, and the rule that ended it. */
function fateOf({ packet, dead, verdict, terminating, clampsMss, reroutes }: World): string {
  const [first] = terminating
  const by = first ? [first.backend, first.table, first.chain, first.handle, first.rule] : []
  // Different rules may set a packet's fields in different order.
  const fields = Object.entries(packet).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([dead, verdict, clampsMss, reroutes, by, fields])
}

function mergeEqual(worlds: World[]): World {
  let sets = worlds.map(({ doubts }) => doubts)
  while (sets.length > 1) {
    const next = joinPair(sets)
    if (!next) break
    sets = next
  }
  const doubts = new Map<string, Doubt>()
  for (const doubt of sets.flat()) doubts.set(doubt.key, doubts.get(doubt.key) ?? doubt)
  return { ...plainest(worlds), doubts: [...doubts.values()] }
}

const plainest = (worlds: readonly World[]): World =>
  worlds.reduce((best, each) => (each.doubts.length < best.doubts.length ? each : best))

/**
 * Merges two sets of conditions that differ in only one answer into one set without that condition; undefined where
 * none do.
 */
function joinPair(sets: Doubt[][]): Doubt[][] | undefined {
  const seen = new Map<string, number>()
  for (const [index, doubts] of sets.entries()) {
    const own = doubts.map(({ key, holds }) => `${holds ? '+' : '-'}${key}`)
    for (const [at, doubt] of doubts.entries()) {
      const flipped = own
        .with(at, `${doubt.holds ? '-' : '+'}${doubt.key}`)
        .sort()
        .join('\n')
      const other = seen.get(flipped)
      if (other === undefined) continue
      const joined = doubts.filter((_, each) => each !== at)
      return [...sets.filter((_, each) => each !== index && each !== other), joined]
    }
    seen.set(own.sort().join('\n'), index)
  }
  return undefined
}
