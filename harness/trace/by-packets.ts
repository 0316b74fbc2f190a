import { readFile } from 'node:fs/promises'
import { parseBundle } from '../evidence/bundle.ts'
import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { shellQuote } from '../lib/text.ts'
import { lengthOf } from '../simulate/route-index.ts'
import { type Answer, isAnswered, isUnsent } from './answer.ts'
import { buildTrace, type Mark } from './build.ts'
import { traceOfWalk, walksOf } from './by-rules.ts'
import { lastOf, readEvents, type TracedPacket } from './events.ts'
import { packetsFor } from './follow.ts'
import { newlyCounted } from './legacy.ts'
import { readNeighbours } from './neighbours.ts'
import { packetsOf } from './packets.ts'
import { ledTo, proxiedOf, throughProxy } from './proxy.ts'
import { questionFor } from './question.ts'
import { readPackets } from './reading.ts'
import { containerOf, type Flow, isDead, senderOf, type Trace } from './trace.ts'

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

const script = readFile(new URL('./trace.sh', import.meta.url), 'utf8')

/** Sends a connection for each flow, all at once, and follows their packets. Leaves no change behind. */
export async function traceByPackets(
  host: Pick<Host, 'exec'>,
  flows: readonly Flow[],
  facts: Facts,
  options: SendOptions = {},
): Promise<Trace[]> {
  const words = withProxied(flows, facts).flatMap((flow) => wordsOf(flow, facts, options))
  const { patience = 2 } = options
  const command = `PATIENCE=${patience}\nset -- ${words.map(shellQuote).join(' ')}\n${await script}`
  const { stdout } = await host.exec(command, { deadlineMs: 60_000 })
  return readTraces(stdout, flows, facts, options)
}

/** The flows, and the connections that a proxy makes for some of them. */
function withProxied(flows: readonly Flow[], facts: Facts): Flow[] {
  const proxied = flows.flatMap((flow) => proxiedOf(flow, facts) ?? [])
  return [...new Map([...flows, ...proxied].map((flow) => [keyOf(flow), flow])).values()]
}

// Two flows of one sender to one port are indistinguishable, and share one trace.
const keyOf = (flow: Flow): string =>
  [senderOf(flow), flow.source, flow.address, flow.port, flow.protocol, flow.size ?? 'small'].join(' ')

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

/**
 * Reads the output of trace.sh into a trace for each flow; a simulated one where the host has no tracer, or where
 * events were lost.
 */
export function readTraces(text: string, flows: readonly Flow[], facts: Facts, options: SendOptions = {}): Trace[] {
  const all = withProxied(flows, facts)
  const read = new Map(readEach(text, all, facts, options).map((each) => [keyOf(each.trace.flow), each]))
  return flows.map((flow) => {
    const { trace, taken } = read.get(keyOf(flow))!
    const proxied = proxiedOf(flow, facts) ?? (taken && ledTo(flow, taken, facts))
    const own = proxied && read.get(keyOf(proxied))?.trace
    return own ? throughProxy({ ...trace, flow }, own) : { ...trace, flow }
  })
}

/** A trace, and where the host itself took the packet. */
interface Read {
  trace: Trace
  taken?: { address: string; port: number }
}

function readEach(text: string, flows: readonly Flow[], facts: Facts, options: SendOptions): Read[] {
  const sections = sectionsOf(text)
  const lines = (name: string): string[] => sections.get(name)?.text.split('\n') ?? []
  const packets = packetsOf(readEvents(lines('events')))
  const counted = newlyCounted(lines('legacy-before'), lines('legacy-after'))
  const neighbours = readNeighbours(lines('neighbours'))
  const marked = Number(lines('seen')[0] ?? 0)
  const walks = walksOf(flows, facts, options.isExact)
  const senders = new Set(flows.flatMap((flow) => (containerOf(flow) && flow.source ? [flow.source] : [])))
  return flows.map((flow, index): Read => {
    const section = sections.get(`answer.${index}`)
    const simulated = (): Read => ({ trace: traceOfWalk(flow, walks[index]!, facts) })
    if (!section) return simulated()
    const own = packetsFor(flow, packets, senders)
    const there = namespaceOf(own.out?.last.destination, facts)
    const answer: Answer = {
      code: section.code,
      text: section.text,
      route: lines(`route.${index}`)[0] ?? '',
      back: lines(`back.${index}`)[0] ?? '',
      silent: neighbours.filter(({ namespace }) => ['-', wordsOf(flow, facts, options)[0]].includes(namespace)),
      silentThere: neighbours.filter(({ namespace }) => namespace === there),
    }
    if (isUnsent(answer)) return { trace: unsent(flow, answer) }
    if (!sections.has('events') || (packets.length === 0 && marked > 0)) return simulated()
    const trace = readPackets(flow, facts, counted, walks[index]!, own, answer)
    // Where an answer came no packet was dropped: only events are missing.
    return isAnswered(answer) && isDead(trace) ? simulated() : { trace, ...takenAt(own.out) }
  })
}

const namespaceOf = (address: string | undefined, { docker }: Facts): string | undefined => {
  const holder = docker.containers.find(({ addresses }) => Object.values(addresses).includes(address ?? '-'))
  return holder && `/proc/${holder.pid}/ns/net`
}

const takenAt = (out: TracedPacket | undefined): Pick<Read, 'taken'> =>
  out && lastOf(out).hook === 'input'
    ? { taken: { address: out.last.destination, port: out.last.destinationPort } }
    : {}

// A tracer that was killed printed only a part, or nothing: the rest is simulated.
function sectionsOf(text: string): ReturnType<typeof parseBundle> {
  try {
    return parseBundle(text)
  } catch (error) {
    if (error instanceof LabError) return new Map()
    throw error
  }
}

function unsent(flow: Flow, { text }: Answer): Trace {
  const message = `nothing could be sent: ${text.trim().split('\n').at(-1)}`
  const marks: Mark[] = [{ way: 'out', location: 'container', message, unknown: true }]
  return buildTrace(flow, 'rules', marks, { end: 'unclear', summary: message })
}
