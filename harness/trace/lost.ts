import type { Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import type { Ending } from './build.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { lostInside } from './lost-inside.ts'
import type { Station, TracedRule } from './trace.ts'
import type { Visit } from './visits.ts'

/** Why a packet that a hook saw was not seen again: its ending, or the terminating rule. */
export type Lost = { ending: Ending } | { terminatingRule: TracedRule }

/** What happened to a packet after the last hook that saw it; undefined where no later hook would see it. */
export function lostAfter(
  context: Context,
  way: Station['way'],
  packet: TracedPacket,
  last: Visit,
  route: string,
): Lost | undefined {
  const { family, hook, where, input, output } = last
  // The bridge sees the host's packets after IP does.
  if (family === 'bridge' && where === 'last' && (hook === 'output' || hook === 'postrouting')) return undefined
  // With br_netfilter IP has already seen what a bridge passes to the host and to its own device.
  const isUp = where === 'last' && (family === 'netdev' || (family === 'bridge' && hook === 'input'))
  if (isUp && packet.steps.some((step) => step.family === 'ip' && step.hook === 'prerouting'))
    return { ending: lostInRouting(context, way, packet, false, input, route) }
  if (family !== 'ip') return { ending: lostBelow(context, way, last) }
  if (where !== 'last') return lostInside(context, way, last, packet)
  if (hook === 'input' || hook === 'postrouting') return undefined
  // The bridge forwards frames that stay in it; routing forwards all others.
  const bridged = hook === 'forward' ? input === output : hook === 'prerouting' && stays(packet, context.facts)
  return { ending: lostInRouting(context, way, packet, bridged, input, route) }
}

/** Prerouting or output saw the packet, and nothing after that. */
function lostInRouting(
  { computed, marks }: Context,
  way: Station['way'],
  { steps }: TracedPacket,
  bridged: boolean,
  input: string,
  route: string,
): Ending {
  const whose = way === 'back' ? 'the answer' : 'the packet'
  // A bridge shows a frame to IP before it finds the receiver.
  const isFirst = way === 'out' && steps.findLast(({ family }) => family === 'ip')?.hook === 'prerouting'
  const early = isFirst && !computed.early?.rule ? computed.early : undefined
  const locations = bridged ? (['bridge', 'container', 'routing'] as const) : (['routing'] as const)
  const known = early ?? computed.dropAt(way, ...locations)
  const kernel = way === 'out' && route !== '' ? route.replace(/^RTNETLINK answers: /, 'the kernel answers: ') : ''
  const unknown = bridged ? `${input} does not forward ${whose}` : `the host does not forward ${whose}`
  const summary = known?.message ?? (kernel && !bridged ? `${unknown}; for its route ${kernel}` : unknown)
  marks.note({ way, location: known?.location ?? (bridged ? 'bridge' : 'routing'), message: summary })
  return { end: known?.end ?? (bridged ? 'no-link' : 'no-route'), summary }
}

function stays({ last }: TracedPacket, { docker, links }: Facts): boolean {
  const network = docker.networks.find(({ bridge }) => bridge === last.input)
  const own = links.some(({ addresses }) => addresses.includes(last.destination))
  return network !== undefined && network.subnet !== '' && inPrefix(last.destination, network.subnet) && !own
}

/** A device or a bridge saw the packet, but no IP hook did. */
function lostBelow({ computed, marks }: Context, way: Station['way'], { input }: Visit): Ending {
  const { location } = marks.last!
  const known = computed.dropAt(way, 'bridge', 'uplink')
  const summary = known?.message ?? `it came to ${input || 'the bridge'} and no further`
  if (known && known.location !== location) marks.note({ way, location: known.location, message: summary })
  else marks.last!.message = summary
  return { end: known?.end ?? 'no-link', summary }
}
