import { parseBundle } from '../evidence/bundle.ts'
import type { Facts } from '../evidence/facts.ts'
import { LabError } from '../lib/errors.ts'
import { type Answer, isAnswered, isLate, isTimedOut, isUnsent } from './answer.ts'
import { buildTrace, type Mark } from './build.ts'
import { traceOfWalk, walksOf } from './by-rules.ts'
import { lastOf, readEvents, type TracedPacket } from './events.ts'
import { packetsFor } from './follow.ts'
import { newlyCounted } from './legacy.ts'
import { readNeighbours } from './neighbours.ts'
import { packetsOf } from './packets.ts'
import { ledTo, proxiedOf, throughProxy } from './proxy.ts'
import { readPackets } from './reading.ts'
import { type SendOptions, wordsOf } from './sender-words.ts'
import { containerOf, type Flow, isDead, senderOf, type Trace } from './trace.ts'

/**
 * Reads the output of trace.sh into a trace for each flow; a simulated one where the host has no tracer, where events
 * were lost, or where the sender did not begin in time.
 */
export function readTraces(text: string, flows: readonly Flow[], facts: Facts, options: SendOptions = {}): Trace[] {
  return joined(flows, readEach(text, withProxied(flows, facts), facts, options), facts)
}

/** A trace for each flow, with those of the connections that a proxy makes for it. */
export function joined(flows: readonly Flow[], reads: readonly Read[], facts: Facts): Trace[] {
  const read = new Map(reads.map((each) => [keyOf(each.trace.flow), each]))
  return flows.map((flow) => {
    const { trace, taken } = read.get(keyOf(flow))!
    const proxied = proxiedOf(flow, facts) ?? (taken && ledTo(flow, taken, facts))
    const own = proxied && read.get(keyOf(proxied))?.trace
    return own ? throughProxy({ ...trace, flow }, own) : { ...trace, flow }
  })
}

/** The flows, and the connections that a proxy makes for some of them. */
export function withProxied(flows: readonly Flow[], facts: Facts): Flow[] {
  const proxied = flows.flatMap((flow) => proxiedOf(flow, facts) ?? [])
  return [...new Map([...flows, ...proxied].map((flow) => [keyOf(flow), flow])).values()]
}

/** Identifies a flow: two flows of one sender to one port are indistinguishable, and share one trace. */
export const keyOf = (flow: Flow): string =>
  [senderOf(flow), flow.source, flow.address, flow.port, flow.protocol, flow.size ?? 'small'].join(' ')

/** A trace, and where the host itself took the packet. */
export interface Read {
  trace: Trace
  /** The sender's time ended before it sent anything, or though an answer was on its way. */
  isHurried?: true
  taken?: { address: string; port: number }
}

/** What each of these flows' senders and packets show, in their order. */
export function readEach(text: string, flows: readonly Flow[], facts: Facts, options: SendOptions): Read[] {
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
      text: section.text.replace(/^begun$\n?/m, ''),
      begun: /^(begun$|PING )/m.test(section.text),
      route: lines(`route.${index}`)[0] ?? '',
      back: lines(`back.${index}`)[0] ?? '',
      silent: neighbours.filter(({ namespace }) => ['-', wordsOf(flow, facts, options)[0]].includes(namespace)),
      silentThere: neighbours.filter(({ namespace }) => namespace === there),
    }
    if (isUnsent(answer)) return { trace: unsent(flow, answer) }
    if (isLate(answer) && !own.out) return { ...simulated(), isHurried: true }
    if (!sections.has('events') || (packets.length === 0 && marked > 0)) return simulated()
    const trace = readPackets(flow, facts, counted, walks[index]!, own, answer)
    // Where an answer came no packet was dropped: only events are missing.
    if (isAnswered(answer) && isDead(trace)) return simulated()
    const isHurried = isTimedOut(answer) && own.back !== undefined && trace.end === 'unclear'
    return { trace, ...takenAt(own.out), ...(isHurried && { isHurried }) }
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
