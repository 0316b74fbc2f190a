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

/** One thing registered at a hook: a base chain, or NAT with all of its chains. */
export type Station =
  | { is: 'chain'; priority: number; base: BaseChain }
  | { is: 'nat'; priority: number; chains: readonly BaseChain[] }

/** Runs a packet through all stations of a hook. `translates`: whether NAT is registered for its family. */
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
    // Conntrack translates back only what it has seen.
    worlds = worlds.map((world) =>
      world.packet.state === 'untracked' ? world : { ...world, packet: apply(world.packet) },
    )
  }
  for (const station of stations) {
    if (between && (station.priority <= between[0] || station.priority > between[1])) continue
    // NAT translates a connection's later packets at the station where it translated the first.
    if (due && (station.is === 'nat' || station.priority > due.priority - (hasNat ? 0 : 1))) answer()
    const next = worlds.flatMap((world) => {
      if (world.dead && !goOn) return [world]
      const own = { ...context, packet: world.packet, priority: station.priority }
      if (station.is === 'chain') return throughChain(station.base, world, own)
      // NAT chains see only packets that conntrack tracks.
      return translates ? throughNat(station.chains, world, own) : [world]
    })
    worlds = mergeWorlds(next)
  }
  if (due) answer()
  // Conntrack and NAT come later.
  if (between && between[1] < conntrackPriority) return worlds
  return worlds.map((world) => {
    const packet = afterwards(world.packet, context, translates)
    return packet === world.packet ? world : { ...world, packet }
  })
}

/** A packet after a hook, with what conntrack and NAT have recorded. */
function afterwards(packet: Packet, { family, hook }: Context, translates: boolean): Packet {
  if ((family !== 'ip' && family !== 'ip6') || packet.state === 'untracked') return packet
  const first = hook === 'prerouting' || hook === 'output'
  const tracked = first && !packet.tracked ? { ...packet, tracked: true } : packet
  return translates && hook !== 'forward' && isOpenToNat(packet, hook) ? bound(tracked, hook) : tracked
}

function throughChain(base: BaseChain, world: World, context: Context): World[] {
  const { device, packet } = context
  if (base.devices && !base.devices.includes(device)) return [world]
  // inet chains at ingress see only IP.
  if (base.table.startsWith('inet ') && packet.protocol === 'arp') return [world]
  if (!base.devicesUnknown) return rerouted(besideConntrack(base, world, context), base, packet)
  const message = `The devices of the chain ${base.chain.name} of ${base.table} are not listed.`
  const why = unknown('listing', `devices ${base.table} ${base.chain.name} ${device}`, message, 'nft list ruleset')
  const step = stepOf(base, base.chain, undefined, 'accept')
  const [there, elsewhere] = [withAnswer(world, why, true, step), withAnswer(world, why, false, step)]
  return [...runChain(base, there, { ...context, priority: base.priority }), elsewhere]
}

/** A chain of conntrack's own priority may run before or after it. */
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

/** NAT: the first of its chains that translates decides for the whole connection. */
function throughNat(chains: readonly BaseChain[], world: World, context: Context): World[] {
  if (!isTracked(context) || !isOpenToNat(context.packet, context.hook)) return [world]
  const forth = inOrder(chains, world, context)
  if (!forth.some(decided) || !areTied(chains)) return forth
  return settledOrder(forth, inOrder(byTable(chains), world, context), world, chains[0]!)
}

/** Whether chains of different tables have equal priorities. */
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

/** The stations with chains of equal priority reversed. */
const byTable = (chains: readonly BaseChain[]): BaseChain[] =>
  chains.toReversed().toSorted((one, other) => one.priority - other.priority)

/** No listing shows which of two tables was registered last: where the order matters, the result is unknown. */
function settledOrder(forth: World[], back: World[], world: World, base: BaseChain): World[] {
  const same = mergeWorlds([...forth, ...back])
  if (same.length === forth.length) return forth
  const message = 'Several NAT chains have equal priorities, and no listing shows which of them comes first.'
  const why = unknown('listing', `order of NAT at ${base.hook}`, message)
  const step = stepOf(base, base.chain, undefined, 'translate')
  const [first, last] = [withAnswer(world, why, true, step), withAnswer(world, why, false, step)]
  const under = (each: World, { doubts }: World): World => ({
    ...each,
    doubts: [...doubts, ...each.doubts.slice(world.doubts.length)],
  })
  return [...forth.map((each) => under(each, first)), ...back.map((each) => under(each, last))]
}
