import type { LinkFact, TrafficControl } from '../../evidence/facts.ts'
import { capital } from '../../lib/text.ts'
import type { Location } from '../flow.ts'
import type { Net } from '../net.ts'
import { largestPacket } from '../packet.ts'
import { hook } from './hook.ts'
import { dies, mayDie, type Next, type State } from './state.ts'

/**
 * Simulates a packet that enters or leaves by one of the host's devices: its state, its programs, its queue, netdev's
 * hooks.
 */
export function passDevice(
  net: Net,
  state: State,
  link: LinkFact,
  direction: 'ingress' | 'egress',
  location: Location,
  next: Next,
): State[] {
  const works = linkWorks(state, link, location)
  return attached(net, works, link, direction, location, (free) =>
    net.firewall.has('netdev', direction, link.name)
      ? hook(net, free, 'netdev', direction, { location, device: link.name }, next)
      : next(free),
  )
}

/** Notes where a link is down. */
export function linkWorks(state: State, link: LinkFact, location: Location): State {
  const setting = { name: link.name, value: link.up ? 'no carrier' : 'down' }
  if (!link.up) return dies(state, { location, end: 'no-link', message: `${link.name} is down`, setting })
  if (!link.carrier && !link.loopback)
    return dies(state, { location, end: 'no-link', message: `${link.name} has no carrier`, setting })
  return state
}

// Queues that only delay packets, or drop them when full; a quiet connection does not fill them.
const harmless = new Set([
  'noqueue',
  'pfifo_fast',
  'fq',
  'fq_codel',
  'mq',
  'pfifo',
  'bfifo',
  'clsact',
  'ingress',
  'cake',
  'codel',
  'sfq',
  'prio',
  'htb',
  'pie',
  'fq_pie',
  'hhf',
  'red',
  'ets',
  'multiq',
  'mqprio',
])

/** What may end a packet at a device, besides netfilter's rules. */
function attached(
  net: Net,
  state: State,
  link: LinkFact,
  direction: 'ingress' | 'egress',
  location: Location,
  next: Next,
): State[] {
  return controlled(
    state,
    { link, on: link.name, within: '', control: net.control.get(link.name) },
    direction,
    location,
    next,
  )
}

/** What may end a packet at a container's own end of its link. */
export function passInside(
  { inside }: Net,
  state: State,
  container: string,
  link: LinkFact,
  direction: 'ingress' | 'egress',
  next: Next,
): State[] {
  const { pid, control } = inside.get(container) ?? {}
  const listed = control ? control.find((each) => each.link === link.name) : rootQueue(link)
  const device = { link, on: `${link.name} of ${container}`, within: `nsenter -t ${pid} -n `, control: listed }
  return controlled(state, device, direction, 'container', next)
}

/** All that `ip` shows of a link's traffic control. */
const rootQueue = ({ name, queue }: LinkFact): TrafficControl | undefined =>
  queue === undefined
    ? undefined
    : { link: name, qdiscs: [{ kind: queue, handle: '', parent: 'root', options: '' }], filters: [] }

interface Device {
  link: LinkFact
  /** Its name, for people. */
  on: string
  /** What a command needs before it, to run where the device is. */
  within: string
  control: TrafficControl | undefined
}

function controlled(
  state: State,
  { link, on, within, control }: Device,
  direction: 'ingress' | 'egress',
  location: Location,
  next: Next,
): State[] {
  const queues = direction === 'egress' ? (control?.qdiscs ?? []) : []
  const unknown = [
    ...(link.xdp && direction === 'ingress' ? ['an XDP program'] : []),
    ...(control?.filters.some((filter) => hangsOn(filter, direction))
      ? [`a traffic-control filter (${direction})`]
      : []),
    ...queues.flatMap((queue) => (harmless.has(queue.kind) || bucketOf(queue) ? [] : [`a ${queue.kind} queue`])),
  ]
  if (unknown.length === 0) return next(queues.reduce((now, queue) => fitsBucket(now, queue, on, location), state))
  const what = `${unknown.join(' and ')} on ${on}`
  const message = `${capital(what)} may stop it: its effect is not simulated.`
  const commands = [
    `tc -s qdisc show dev ${link.name}`,
    `tc -s filter show dev ${link.name} ${direction}`,
    `ip -d link show ${link.name}`,
    `bpftool net list dev ${link.name}`,
  ]
  const settle = commands.map((command) => within + command).join('; ')
  const doubt = { message, kind: 'bpf', key: `${direction} of ${on}`, settle } as const
  return mayDie(state, { location, end: 'dropped', message: `it may end at ${what}` }, doubt, next)
}

/**
 * Whether a filter sees packets of that direction. A queue's filters only choose a class, unless they have an action.
 */
const hangsOn = ({ where, text }: TrafficControl['filters'][number], direction: 'ingress' | 'egress'): boolean =>
  where === direction ||
  (direction === 'egress' && where !== 'ingress' && /\b(action|police|direct-action)\b/.test(text))

type Queue = TrafficControl['qdiscs'][number]

// A slower shaper may hold a packet longer than any program waits.
const slowest = 32_000

/**
 * The size of a shaper's bucket in bytes; undefined for other queues, and for a shaper that is unreadable or very slow.
 */
function bucketOf({ kind, options }: Queue): number | undefined {
  if (kind !== 'tbf' || options.includes('peakrate')) return undefined
  const rate = sizeOf(options.match(/\brate (\S+)bit\b/)?.[1], 1000)
  const burst = sizeOf(options.match(/\bburst (\S+?)b\b/)?.[1], 1024)
  return rate !== undefined && rate >= slowest ? burst : undefined
}

function sizeOf(text: string | undefined, unit: number): number | undefined {
  const [, number, prefix = ''] = text?.match(/^([\d.]+)([KMG]?)$/) ?? []
  return number === undefined ? undefined : Number(number) * unit ** ['', 'K', 'M', 'G'].indexOf(prefix)
}

// Queues also count the link's header.
const ethernetHeader = 14

/** Notes where a packet is larger than a shaper's bucket. Source: linux/net/sched/sch_tbf.c, tbf_enqueue. */
function fitsBucket(state: State, queue: Queue, name: string, location: Location): State {
  const bucket = bucketOf(queue)
  const size = largestPacket(state.packet) + ethernetHeader
  if (bucket === undefined || size <= bucket) return state
  const message = `the ${queue.kind} queue of ${name} drops packets larger than its burst of ${bucket} bytes, and this one has ${size}`
  return dies(state, {
    location,
    end: 'dropped',
    message,
    setting: { name: `qdisc of ${name}`, value: `burst ${bucket}` },
  })
}

/**
 * Whether a link accepts a packet of that size from another link. Between virtual links large TCP segments pass whole.
 * Source: linux/net/core/dev.c, is_skb_forwardable.
 */
export const takes = (link: LinkFact, { packet }: State): boolean =>
  packet.protocol === 'tcp' || link.mtu === 0 || packet.length <= link.mtu + 4
