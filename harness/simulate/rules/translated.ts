import type { Packet } from '../packet.ts'
import type { Context, Outcome } from './compiled.ts'
import { endedBy, opened, withAnswer } from './fork.ts'
import { unknown } from './truth.ts'
import type { RuleStep, World } from './types.ts'

type Translation = Extract<Outcome, { to: 'translate' }>

/**
 * The worlds after a rule that translates. A connection that needs a source port where few are allowed may find none: it
 * is dropped then.
 */
export function translatedBy(
  { translate, scarce }: Translation,
  world: World,
  context: Context,
  step: RuleStep,
): World[] {
  const { protocol } = world.packet
  const needsPort = scarce !== undefined && (protocol === 'tcp' || protocol === 'udp')
  const ways = needsPort ? opened(world, { ...step, verdict: 'drop' }, scarce, 'drop') : [world]
  return ways.flatMap((each) =>
    each.terminating.length > world.terminating.length
      ? [each]
      : translatedWorlds(each, translate({ ...context, packet: each.packet }), step),
  )
}

/** The worlds after a translation: one for each packet that it may make; with none it drops. */
function translatedWorlds(world: World, packets: readonly Packet[], step: RuleStep): World[] {
  // Source: linux/net/netfilter/nf_nat_masquerade.c and nf_nat_redirect.c: a device without an address drops.
  if (packets.length === 0) return [endedBy(world, { ...step, verdict: 'drop' }, 'drop')]
  let rest = world
  return packets.map((packet, at) => {
    const last = at === packets.length - 1
    const own = last ? rest : withAnswer(rest, which(packet, step), true, step)
    if (!last) rest = withAnswer(rest, which(packet, step), false, step)
    return { ...own, packet, steps: [...own.steps, step] }
  })
}

const which = ({ source, destination, destinationPort }: Packet, { table, chain, rule }: RuleStep) => {
  const key = `${table} ${chain} ${rule} -> ${source} ${destination} ${destinationPort}`
  return unknown('other', key, 'It is not known which of several addresses or ports a connection is translated to.')
}
