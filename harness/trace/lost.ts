import type { Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import type { Ending } from './build.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { lostInside } from './lost-inside.ts'
import type { Station, TracedRule } from './trace.ts'
import type { Visit } from './visits.ts'

/** A packet that was seen at a hook and not behind it: what ended it, or the rule that did. */
export type Lost = { ending: Ending } | { terminatingRule: TracedRule }

/** What became of a packet behind the last hook that saw it; undefined where nothing more of it is to be seen. */
export function lostAfter(
  context: Context,
  way: Station['way'],
  packet: TracedPacket,
  last: Visit,
  route: string,
): Lost | undefined {
  const { family, hook, where, input, output } = last
  // Behind IP a bridge sees what the host sends.
  if (family === 'bridge' && where === 'last' && (hook === 'output' || hook === 'postrouting')) return undefined
  // With br_netfilter IP has seen before what a bridge gives to the host, and what its own device sees.
  const isUp = where === 'last' && (family === 'netdev' || (family === 'bridge' && hook === 'input'))
  if (isUp && packet.steps.some((step) => step.family === 'ip' && step.hook === 'prerouting'))
    return { ending: lostInRouting(context, way, packet, false, input, route) }
  if (family !== 'ip') return { ending: lostBelow(context, way, last) }
  if (where !== 'last') return lostInside(context, way, last, packet)
  if (hook === 'input' || hook === 'postrouting') return undefined
  // Frames that stay in a bridge are passed on by it, all others by the route.
  const bridged = hook === 'forward' ? input === output : hook === 'prerouting' && stays(packet, context.facts)
  return { ending: lostInRouting(context, way, packet, bridged, input, route) }
}

/** Prerouting or output has seen it, and nothing behind that. */
function lostInRouting(
  { computed, marks }: Context,
  way: Station['way'],
  { steps }: TracedPacket,
  bridged: boolean,
  input: string,
  route: string,
): Ending {
  const whose = way === 'back' ? 'the answer' : 'the packet'
  // A bridge shows IP what it passes on as well, before it is known who takes it.
  const isFirst = way === 'out' && steps.findLast(({ family }) => family === 'ip')?.hook === 'prerouting'
  const early = isFirst && !computed.early?.rule ? computed.early : undefined
  const locations = bridged ? (['bridge', 'container', 'routing'] as const) : (['routing'] as const)
  const known = early ?? computed.dropAt(way, ...locations)
  const kernel = way === 'out' && route !== '' ? route.replace(/^RTNETLINK answers: /, 'the kernel answers: ') : ''
  const unknown = bridged ? `${input} does not pass ${whose} on` : `the host does not pass ${whose} on`
  const summary = known?.message ?? (kernel && !bridged ? `${unknown}; of the route ${kernel}` : unknown)
  marks.note({ way, location: known?.location ?? (bridged ? 'bridge' : 'routing'), message: summary })
  return { end: known?.end ?? (bridged ? 'no-link' : 'no-route'), summary }
}

function stays({ last }: TracedPacket, { docker, links }: Facts): boolean {
  const network = docker.networks.find(({ bridge }) => bridge === last.input)
  const own = links.some(({ addresses }) => addresses.includes(last.destination))
  return network !== undefined && network.subnet !== '' && inPrefix(last.destination, network.subnet) && !own
}

/** It was seen by a device or a bridge, and by no hook of IP. */
function lostBelow({ computed, marks }: Context, way: Station['way'], { input }: Visit): Ending {
  const { location } = marks.last!
  const known = computed.dropAt(way, 'bridge', 'uplink')
  const summary = known?.message ?? `it came to ${input || 'the bridge'}, and no further`
  if (known && known.location !== location) marks.note({ way, location: known.location, message: summary })
  else marks.last!.message = summary
  return { end: known?.end ?? 'no-link', summary }
}
