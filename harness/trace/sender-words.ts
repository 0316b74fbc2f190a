import type { Facts } from '../evidence/facts.ts'
import { lengthOf } from '../simulate/route-index.ts'
import { questionFor } from './question.ts'
import { containerOf, type Flow } from './trace.ts'

/** How flows are sent. */
export interface SendOptions {
  /** The path of the network namespace of a sender outside, where there is one. */
  outside?: string
  /** The whole network is known: see `simulateFlows`. */
  isExact?: boolean
  /** Seconds to wait for answers. */
  patience?: number
  /** The path of a large file on the target's HTTP server. */
  path?: string
}

/** The arguments of trace.sh for one flow. */
export function wordsOf(flow: Flow, facts: Facts, { outside = '', path }: SendOptions = {}): string[] {
  const { source, address, port, protocol, from, size } = flow
  const container = containerOf(flow)
  const pid = facts.docker.containers.find(({ name }) => name === container)?.pid ?? 0
  const namespace = container !== undefined ? `/proc/${pid}/ns/net` : from?.at === 'host' ? '-' : outside
  const isLarge = size === 'full'
  const more = protocol === 'tcp' ? (isLarge ? questionFor(flow, path) : '-') : isLarge ? payloadOf(flow, facts) : 56
  // The host does not know a sender's address outside.
  const sender = from?.at === 'outside' ? '-' : source || '-'
  return [namespace, sender, address, String(port), protocol, String(more)]
}

/**
 * The payload of a ping that fills its sender's link, in bytes, or the narrowest device that leads outside. A larger one
 * would make this host report its own size to the container, which keeps it for ten minutes: TCP would then announce small
 * segments, and a path that loses large ones would pass for sound.
 */
function payloadOf(flow: Flow, { containers, links, routes }: Facts): number {
  const container = containerOf(flow)
  const own = containers.find((each) => each.container === container)?.links.filter(({ loopback }) => !loopback) ?? []
  // A VPN takes everything by two halves.
  const wide = routes.filter((route) => route.dev !== undefined && lengthOf(route) <= 1)
  const uplinks = links.filter(({ name, mtu }) => mtu > 0 && wide.some(({ dev }) => dev === name))
  const least = Math.min(...uplinks.map(({ mtu }) => mtu), ...wide.flatMap(({ mtu }) => mtu ?? []))
  return Math.min(Math.max(576, ...own.map(({ mtu }) => mtu)), least) - 28
}
