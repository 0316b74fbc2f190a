import { inPrefix } from '../lib/ip.ts'
import type { Ending } from './build.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { isBridged } from './links.ts'
import type { Station } from './trace.ts'

/**
 * The ending of a packet that was sent to the wrong receiver: in a frame for a hardware address that nothing has, or by
 * a route to the wrong device. Whatever ends it there, the misdirection is the reason.
 */
export const misrouted = (context: Context, way: Station['way'], packet: TracedPacket): Ending | undefined =>
  misaddressed(context, way, packet) ?? astray(context, way, packet)

/** A bridge floods a frame for an unknown hardware address to all of its ports, and nothing takes it. */
function misaddressed(
  { facts, computed, marks }: Context,
  way: Station['way'],
  { first }: TracedPacket,
): Ending | undefined {
  const { links, containers } = facts
  const all = [...links, ...containers.flatMap((own) => own.links)]
  if (first.mac === '' || /^(ff|01|33)/.test(first.mac) || all.some(({ mac }) => mac === first.mac)) return undefined
  if (!isBridged(facts, first.input)) return undefined
  const known = computed.dropAt(way, 'bridge', 'container')
  const summary =
    known?.message ?? `it is sent to the hardware address ${first.mac}, which nothing on ${first.input} has`
  const at = marks.all.findLastIndex((mark) => mark.way === way && mark.location === 'bridge')
  const start = marks.all.findIndex((mark) => mark.way === way)
  if (at >= 0) marks.cut(at)
  else if (way === 'back' && start >= 0) marks.cut(start)
  marks.push({ way, location: 'bridge', message: summary })
  return { end: 'no-neighbour', summary }
}

function astray(
  { facts, computed, marks }: Context,
  way: Station['way'],
  { steps, last: { destination } }: TracedPacket,
): Ending | undefined {
  const { docker, links } = facts
  const output = steps.findLast((step) => step.family === 'ip')?.output ?? ''
  if (output === '' || output === 'lo') return undefined
  const home = docker.networks.find(({ name }) =>
    docker.containers.some(({ addresses }) => addresses[name] === destination),
  )
  const into = docker.networks.find(({ bridge }) => bridge === output)
  const known = computed.dropAt(way, 'routing')
  const isIn = into !== undefined && inPrefix(destination, into.subnet) && known?.end !== 'wrong-bridge'
  const isOwn = links.some(({ addresses }) => addresses.includes(destination))
  const wrong = isOwn
    ? { end: 'no-route' as const, whose: 'the host’s own address, with no local route' }
    : home
      ? home.bridge !== output && { end: 'no-route' as const, whose: `a container on ${home.bridge}` }
      : into && way === 'out' && !isIn && { end: 'wrong-bridge' as const, whose: 'no container’s address' }
  if (!wrong) return undefined
  const message = known?.message ?? `${destination} is ${wrong.whose}, but is sent to ${output}`
  const routing = marks.all.findIndex((mark) => mark.way === way && mark.location === 'routing')
  const next = marks.all.findIndex(
    (mark) => mark.way === way && ['output', 'forward', 'postrouting'].includes(mark.location),
  )
  if (routing >= 0) marks.cut(routing)
  else if (next >= 0) marks.cut(next)
  marks.push({ way, location: 'routing', message })
  return { end: known?.end ?? wrong.end, summary: message }
}
