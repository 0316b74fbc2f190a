import { readFile } from 'node:fs/promises'
import { parseBundle } from '../evidence/bundle.ts'
import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import { shellQuote } from '../lib/text.ts'
import { blame, buildTrace, death, type Ending, type Mark, told } from './build.ts'
import { deathEnding, traceByRules } from './by-rules.ts'
import { Computed } from './computed.ts'
import { packetsOf, readEvents, type TracedPacket } from './events.ts'
import { hopOf } from './hop.ts'
import { legacyKiller, newlyCounted } from './legacy.ts'
import { type Flow, type Hook, type Hop, isDead, type Station, type Trace } from './trace.ts'

/** Sends one connection from a container and follows its packets. Changes nothing that stays. */
export async function traceByPackets(host: Pick<Host, 'exec'>, flow: Flow, facts: Facts): Promise<Trace> {
  const script = await readFile(new URL('./trace.sh', import.meta.url), 'utf8')
  const words = [flow.container, flow.address, String(flow.port), flow.protocol, flow.source]
  const { stdout } = await host.exec(`set -- ${words.map(shellQuote).join(' ')}\n${script}`, { deadlineMs: 60_000 })
  return readTrace(stdout, flow, facts)
}

/** From what trace.sh printed to a trace; a simulated one where the host has no tracer, or its events were lost. */
export function readTrace(text: string, flow: Flow, facts: Facts): Trace {
  const sections = parseBundle(text)
  const lines = (name: string): string[] => sections.get(name)?.text.split('\n') ?? []
  const answer = sections.get('answer')
  const packets = packetsOf(readEvents(lines('events')))
  const marked = Number(lines('seen')[0] ?? 0)
  if (!answer || !sections.has('events') || (packets.length === 0 && (marked > 0 || answer.code === 0)))
    return traceByRules(flow, facts)
  const reading = new Reading(flow, facts, newlyCounted(lines('legacy-before'), lines('legacy-after')))
  const followed = reading.trace(packets, {
    code: answer.code,
    refused: /refused/i.test(answer.text),
    route: lines('route')[0] ?? '',
  })
  // Where an answer came no packet has died: what vanished are events.
  return answer.code === 0 && isDead(followed) ? traceByRules(flow, facts) : followed
}

interface Answer {
  code: number
  refused: boolean
  /** What the kernel says of the route. */
  route: string
}

/** The trace of packets that were seen, put together place by place. */
class Reading {
  private readonly flow: Flow
  private readonly facts: Facts
  private readonly counted: readonly string[]
  private readonly marks: Mark[] = []
  // Where no rule shows what became of a packet, links, routes and settings may.
  private readonly computed: Computed

  constructor(flow: Flow, facts: Facts, counted: readonly string[]) {
    this.flow = flow
    this.facts = facts
    this.counted = counted
    this.computed = new Computed(flow, facts)
  }

  trace(packets: readonly TracedPacket[], answer: Answer): Trace {
    const { flow, facts, marks } = this
    const end = (ending: Ending): Trace => buildTrace(flow, 'packets', marks, ending)
    const out = packets.find(({ source }) => source === flow.source)
    const back = packets.find(({ source }) => source === flow.address)
    marks.push({ way: 'out', place: 'container', says: `${flow.container} at ${flow.source}` })
    if (!out) return end(this.early())
    marks.push({ way: 'out', place: 'bridge', says: flow.bridge })
    // It came to the host's stack by another device than the bridge: what answers it gets go another way.
    const link = out.input !== '' && out.input !== flow.bridge ? this.computed.deathAt('out', 'bridge') : undefined
    if (link && answer.code !== 0) {
      marks.at(-1)!.says = link.says
      return end({ end: link.end, summary: link.says })
    }

    const died = this.pass('out', out, answer)
    const obstacle = this.computed.deathAt('out', 'routing')
    // Sent to another bridge, it dies by whatever rule stands there: the route was the mistake.
    if (died && obstacle?.end === 'wrong-bridge') {
      marks.length = marks.findIndex(({ place }) => place === 'routing') + 1
      marks.at(-1)!.says = obstacle.says
      return end({ end: obstacle.end, summary: obstacle.says })
    }
    if (died) return end(died)
    if (out.last.hook === 'input') {
      if (answer.code === 0) return end({ end: 'answered', summary: `the host itself answers at ${flow.address}` })
      return end({ end: 'no-answer', summary: `nothing on the host answers at ${flow.address}` })
    }
    const bare = out.sourceAtEnd === flow.source
    marks.at(-1)!.says = bare
      ? `it leaves with the container’s own address, ${flow.source}`
      : `it leaves as ${out.sourceAtEnd}`
    // Dead there, should no answer come: what lies behind is then not to blame.
    if (!bare || back || answer.code === 0) {
      marks.push({ way: 'out', place: 'uplink', says: out.output })
      marks.push({
        way: 'out',
        place: 'outside',
        says: back || answer.code === 0 ? `${flow.address} answers` : 'no answer came',
      })
    }
    const stopped = back || answer.code === 0 || bare ? undefined : this.computed.onUplink
    if (stopped) {
      const ending = deathEnding(stopped, facts)
      if (stopped.way === 'out') marks.length = marks.findIndex(({ place }) => place === 'uplink')
      marks.push({ way: stopped.way, place: 'uplink', says: ending.summary })
      return end(ending)
    }
    if (!back && answer.code !== 0)
      return end(
        bare
          ? {
              end: 'unmasqueraded',
              summary: `no rule masquerades it: it leaves by ${out.output} with the container’s own address, ${flow.source}, and no answer finds the way back`,
            }
          : {
              end: 'no-answer',
              summary: `it left by ${out.output} as ${out.sourceAtEnd}, and no answer came from ${flow.address}${this.computed.doubtOf(out.output)}`,
            },
      )
    if (back) {
      const lost = this.pass('back', back, answer)
      if (lost) return end({ ...lost, summary: lost.summary.replace('the packet', 'the answer') })
    }
    marks.push({ way: 'back', place: 'container', says: flow.container })
    if (answer.code === 0) return end({ end: 'answered', summary: `${flow.address} answers ${flow.container}` })
    if (answer.refused)
      return end({ end: 'refused', summary: `${flow.address} refuses the connection: the way there and back is open` })
    return end({
      end: 'unclear',
      summary: `the answer came as far as ${flow.bridge}, and ${flow.container} did not take it`,
    })
  }

  /** No packet was seen at the first hook of IP: what stopped it stands before that. */
  private early(): Ending {
    const before = this.computed.early
    const summary = `no packet of ${this.flow.container} came out of ${this.flow.bridge}`
    const ending = before ? deathEnding(before, this.facts) : { end: 'no-link' as const, summary }
    if (before?.place === 'container') this.marks.at(-1)!.says = ending.summary
    else this.marks.push({ way: 'out', place: 'bridge', says: ending.summary })
    return ending
  }

  /** Notes what a packet passed; gives the ending where it did not get through. */
  private pass(way: Station['way'], packet: TracedPacket, answer: Answer): Ending | undefined {
    const hops = packet.events.flatMap((event) => hopOf(event, this.facts) ?? [])
    const reached = (hook: Hook): boolean => hooksSeen(packet).includes(hook)
    for (const hook of ['prerouting', 'input', 'forward', 'postrouting'] as const) {
      const here = hops.filter((hop) => hop.hook === hook)
      if (!reached(hook)) continue
      const routed = this.marks.some((mark) => mark.way === way && mark.place === 'routing')
      if ((hook === 'forward' || hook === 'input') && !routed)
        this.marks.push({ way, place: 'routing', says: this.routed(way, packet) })
      // The way back ends at the bridge, for the picture: what postrouting does there is nobody's concern.
      if (way === 'out' || hook !== 'postrouting') this.marks.push({ way, place: hook, says: told(here), hops: here })
      const killer = here.find(({ verdict }) => verdict === 'drop' || verdict === 'reject')
      if (killer) return dies(this.marks.at(-1)!, killer)
    }
    const { hook, where } = packet.last
    if (where === 'last' && hook !== 'prerouting') return undefined
    if (hook === 'prerouting' && where === 'last') return this.lostInRouting(way, answer)
    // No nft rule, and the next bracket was not reached: a table of the legacy backend lies between.
    const killer = legacyKiller(hook, where, this.counted, this.facts)
    if (killer) return dies(this.marks.at(-1)!, killer)
    const summary = `the packet vanished in ${hook}, after ${where}, and no rule that can be listed says so`
    return { end: 'dropped', summary }
  }

  private routed(way: Station['way'], { output }: TracedPacket): string {
    if (way === 'back') return `to ${this.flow.source}`
    return this.computed.routeBy(output) ?? `to ${output}`
  }

  private lostInRouting(way: Station['way'], { route }: Answer): Ending {
    const death = this.computed.deathAt(way, 'routing')
    const kernel = route.replace(/^RTNETLINK answers: /, 'the kernel answers: ')
    const unknown = `the host does not pass ${way === 'out' ? 'the packet' : 'the answer'} on`
    const summary = death?.says ?? (way === 'out' && kernel ? `${unknown}; of the route ${kernel}` : unknown)
    this.marks.push({ way, place: 'routing', says: summary })
    return { end: death?.end ?? 'no-route', summary }
  }
}

const hooksSeen = ({ last, events }: TracedPacket): Hook[] => {
  const order: Hook[] = last.hook === 'input' ? ['prerouting', 'input'] : ['prerouting', 'forward', 'postrouting']
  const furthest = Math.max(order.indexOf(last.hook), ...events.map(({ hook }) => order.indexOf(hook)))
  return order.slice(0, furthest + 1)
}

function dies(mark: Mark, killer: Hop): Ending {
  mark.says = blame(killer)
  if (!mark.hops?.includes(killer)) mark.hops = [...(mark.hops ?? []), killer]
  return death(killer)
}
