import type { Packet } from '../packet.ts'
import type { BaseChain, Context } from './compiled.ts'
import { withAnswer } from './fork.ts'
import { runChain } from './run-chain.ts'
import { stepOf } from './step.ts'
import { eitherOrder } from './tied-order.ts'
import { conntrackPriority, isTracked } from './tracking.ts'
import { bound, isOpenToNat } from './translate.ts'
import { unknown } from './truth.ts'
import type { PassOptions, World } from './types.ts'
import { mergeWorlds } from './world.ts'

/** One thing that hangs on a hook: a base chain, or NAT with all of its chains. */
export type Station =
  | { is: 'chain'; priority: number; base: BaseChain }
  | { is: 'nat'; priority: number; chains: readonly BaseChain[] }

/** Leads a packet past all stations of a hook. `translates`: whether NAT hangs on the hooks of its family. */
export function throughHook(
  stations: readonly Station[],
  context: Context,
  translates: boolean,
  { goOn = false, untranslate, between }: PassOptions,
): World[] {
  let worlds: World[] = [{ packet: context.packet, steps: [], doubts: [], dead: false, terminating: [] }]
  let due = untranslate
  const hasNat = stations.some(({ is }) => is === 'nat')
  const answer = (): void => {
    const { apply } = due!
    due = undefined
    // What conntrack has not seen it does not turn back.
    worlds = worlds.map((world) =>
      world.packet.state === 'untracked' ? world : { ...world, packet: apply(world.packet) },
    )
  }
  for (const station of stations) {
    if (between && (station.priority <= between[0] || station.priority > between[1])) continue
    // What NAT does to the packets behind the first it does at the same place.
    if (due && (station.is === 'nat' || station.priority > due.priority - (hasNat ? 0 : 1))) answer()
    const next = worlds.flatMap((world) => {
      if (world.dead && !goOn) return [world]
      const own = { ...context, packet: world.packet, priority: station.priority }
      if (station.is === 'chain') return throughChain(station.base, world, own)
      // Without conntrack its chains are shown nothing.
      return translates ? throughNat(station.chains, world, own) : [world]
    })
    worlds = mergeWorlds(next)
  }
  if (due) answer()
  // Conntrack and NAT are still to come.
  if (between && between[1] < conntrackPriority) return worlds
  return worlds.map((world) => {
    const packet = afterwards(world.packet, context, translates)
    return packet === world.packet ? world : { ...world, packet }
  })
}

/** What conntrack and NAT have noted of a packet when a hook is behind it. */
function afterwards(packet: Packet, { family, hook }: Context, translates: boolean): Packet {
  if ((family !== 'ip' && family !== 'ip6') || packet.state === 'untracked') return packet
  const first = hook === 'prerouting' || hook === 'output'
  const tracked = first && !packet.tracked ? { ...packet, tracked: true } : packet
  return translates && hook !== 'forward' && isOpenToNat(packet, hook) ? bound(tracked, hook) : tracked
}

function throughChain(base: BaseChain, world: World, context: Context): World[] {
  const { device, packet } = context
  if (base.devices && !base.devices.includes(device)) return [world]
  // Chains of inet at ingress are shown IP alone.
  if (base.table.startsWith('inet ') && packet.protocol === 'arp') return [world]
  if (!base.devicesUnknown) return rerouted(besideConntrack(base, world, context), base, packet)
  const message = `The devices of the chain ${base.chain.name} of ${base.table} are not listed.`
  const why = unknown('listing', `devices ${base.table} ${base.chain.name} ${device}`, message, 'nft list ruleset')
  const step = stepOf(base, base.chain, undefined, 'accept')
  const [there, elsewhere] = [withAnswer(world, why, true, step), withAnswer(world, why, false, step)]
  return [...runChain(base, there, { ...context, priority: base.priority }), elsewhere]
}

/** A chain of conntrack's own priority may stand before it or behind it. */
function besideConntrack(base: BaseChain, world: World, context: Context): World[] {
  const behind = runChain(base, world, { ...context, priority: base.priority })
  const beside = base.priority === conntrackPriority && (base.hook === 'prerouting' || base.hook === 'output')
  if (!beside || world.packet.tracked || world.packet.state === 'untracked') return behind
  const before = runChain(base, world, { ...context, packet: world.packet, priority: base.priority - 1 })
  return eitherOrder(behind, before, base, 'conntrack')
}

/** Source: linux/net/netfilter/nft_chain_route.c, and iptable_mangle.c for its output. */
function rerouted(worlds: World[], base: BaseChain, before: Packet): World[] {
  if (base.type !== 'route' || base.hook !== 'output') return worlds
  return worlds.map((world) => {
    const { mark, source, destination } = world.packet
    const same = mark === before.mark && source === before.source && destination === before.destination
    return same ? world : { ...world, reroutes: true }
  })
}

/** NAT: the first of its chains that translates decides, for the whole connection. */
function throughNat(chains: readonly BaseChain[], world: World, context: Context): World[] {
  if (!isTracked(context) || !isOpenToNat(context.packet, context.hook)) return [world]
  const forth = inOrder(chains, world, context)
  if (!forth.some(decided) || !areTied(chains)) return forth
  return settledOrder(forth, inOrder(byTable(chains), world, context), world, chains[0]!)
}

/** Whether chains of several tables have one priority. */
const areTied = (chains: readonly BaseChain[]): boolean =>
  chains.some(
    (chain, at) =>
      at > 0 &&
      chain.priority === chains[at - 1]!.priority &&
      (chain.table !== chains[0]!.table || chain.backend !== chains[0]!.backend),
  )

const decided = ({ steps }: World): boolean => steps.length > 0 && steps.at(-1)!.verdict !== 'accept'

function inOrder(chains: readonly BaseChain[], world: World, context: Context): World[] {
  const settled: World[] = []
  let open = [world]
  for (const base of chains) {
    const before = open
    open = []
    for (const each of before)
      for (const next of runChain(base, each, { ...context, packet: each.packet }))
        if (next.steps.length > each.steps.length && next.steps.at(-1)!.verdict !== 'accept') settled.push(next)
        else open.push(next)
  }
  const { destination, destinationPort } = world.packet
  return [...settled, ...open].map((each) => {
    const elsewhere = each.packet.destination !== destination || each.packet.destinationPort !== destinationPort
    return elsewhere && context.hook === 'output' ? { ...each, reroutes: true } : each
  })
}

/** Chains of equal priority the other way round. */
const byTable = (chains: readonly BaseChain[]): BaseChain[] =>
  chains.toReversed().toSorted((one, other) => one.priority - other.priority)

/** Which of two tables was registered last is not listed: where it matters, it is not known. */
function settledOrder(forth: World[], back: World[], world: World, base: BaseChain): World[] {
  const same = mergeWorlds([...forth, ...back])
  if (same.length === forth.length) return forth
  const message = 'Several chains of NAT have equal priorities, and which of them comes first is not listed.'
  const why = unknown('listing', `order of NAT at ${base.hook}`, message)
  const step = stepOf(base, base.chain, undefined, 'translate')
  const [first, last] = [withAnswer(world, why, true, step), withAnswer(world, why, false, step)]
  const under = (each: World, { doubts }: World): World => ({
    ...each,
    doubts: [...doubts, ...each.doubts.slice(world.doubts.length)],
  })
  return [...forth.map((each) => under(each, first)), ...back.map((each) => under(each, last))]
}
