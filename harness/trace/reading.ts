import type { Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import type { Death, Walk } from '../simulate/index.ts'
import { type Answer, isAnswered, isHalf, isMute, isRefused, isUnrouted } from './answer.ts'
import { buildTrace, type Ending, type Mark } from './build.ts'
import { deathEnding } from './by-rules.ts'
import { Computed } from './computed.ts'
import type { Step, TracedPacket } from './events.ts'
import type { FlowPackets } from './follow.ts'
import { type SilentNeighbour, silentOn } from './neighbours.ts'
import { Passage } from './passage.ts'
import { containerOf, type Flow, type Station, senderOf, type Trace } from './trace.ts'

/** The trace of packets that were seen, put together place by place. `walk` is the same flow as it is simulated. */
export class Reading {
  private readonly flow: Flow
  private readonly facts: Facts
  private readonly marks: Mark[] = []
  // Where no rule shows what became of a packet, links, routes and settings may.
  private readonly computed: Computed
  private readonly passage: Passage

  constructor(flow: Flow, facts: Facts, counted: readonly string[], walk: Walk) {
    this.flow = flow
    this.facts = facts
    this.computed = new Computed(walk)
    this.passage = new Passage(facts, counted, this.computed, this.marks)
  }

  trace({ out, back, closing }: FlowPackets, answer: Answer): Trace {
    const { flow, marks } = this
    const end = (ending: Ending): Trace => buildTrace(flow, 'packets', marks, ending)
    const answered = isAnswered(answer)
    if (flow.from?.at === 'outside') marks.push({ way: 'out', place: 'outside', says: `from ${flow.source}` })
    else if (fromContainer(flow))
      marks.push({ way: 'out', place: 'container', says: `${senderOf(flow)} at ${flow.source}` })
    if (!out) return end(answered ? this.answered() : this.early(answer))
    if (fromContainer(flow)) {
      const { input } = out.first
      marks.push({ way: 'out', place: 'bridge', says: input || flow.bridge })
      // It came to the host's stack by another device than the bridge: what answers it gets go another way.
      const apart = input !== flow.bridge && !answered ? this.computed.deathAt('out', 'bridge') : undefined
      if (apart) {
        marks.at(-1)!.says = apart.says
        return end({ end: apart.end, summary: apart.says })
      }
    }
    const died = this.passage.lead('out', out, answer.route)
    if (!answered) {
      const astray = this.passage.misaddressed('out', out) ?? this.passage.astray('out', out)
      if (astray) return end(astray)
    }
    if (died) return end(died)
    this.arrive(out, answered || back !== undefined)
    if (!back && !answered && !isHalf(answer) && !isMute(answer)) return end(this.unanswered(out, answer))
    if (back && (back.first.flags & rst) !== 0 && !isRefused(answer)) return end(this.refused(out, true))
    if (back) {
      const lost = this.passage.lead('back', back, '')
      const astray = answered
        ? undefined
        : (this.passage.misaddressed('back', back) ?? this.passage.astray('back', back))
      if (astray ?? lost) return end((astray ?? lost)!)
    }
    if (fromContainer(flow)) marks.push({ way: 'back', place: 'container', says: senderOf(flow) })
    if (answered) return end(this.answered())
    if (isHalf(answer)) return end(this.broken(closing))
    if (isMute(answer)) return end(this.mute())
    if (isRefused(answer)) return end(this.refused(out))
    return end(this.notTaken())
  }

  private answered(): Ending {
    return { end: 'answered', summary: `${this.flow.address} answers ${senderOf(this.flow)}` }
  }

  /** No packet was seen at the first hook: what stopped it stands before that. */
  private early(answer: Answer): Ending {
    const { flow, computed, marks } = this
    const note = (place: Station['place'], ending: Ending): Ending => {
      if (marks.at(-1)?.place === place) marks.at(-1)!.says = ending.summary
      else marks.push({ way: 'out', place, says: ending.summary })
      return ending
    }
    if (flow.from?.at === 'host') {
      const known = computed.deathAt('out', 'routing')
      const summary =
        known?.says ?? `the host sends nothing to ${flow.address}: ${answer.text.split(': ').at(-1)!.trim()}`
      return note('routing', { end: known?.end ?? 'no-route', summary })
    }
    // Over a bridge whose frames IP is not shown nothing is seen of a packet, whether it passes or not.
    const before = this.isUnseen() ? computed.walk.death : computed.early
    if (before && computed.isCertain()) return note(before.place, deathEnding(before, this.facts))
    if (isRefused(answer)) return this.refused(undefined)
    const [silent] = answer.silent.filter(({ namespace }) => namespace !== '-')
    if (silent) {
      const place = flow.from?.at === 'outside' ? 'uplink' : 'bridge'
      const summary = `nobody answers ${senderOf(flow)} for ${silent.address}: its hardware address is not found`
      return note(place, { end: 'no-neighbour', summary })
    }
    if (before && !isUnrouted(answer)) return { end: 'unclear', summary: computed.doubt }
    if (this.isUnseen())
      return { end: 'unclear', summary: `${flow.bridge} shows its frames to no rule of IP, and no answer came` }
    if (flow.from?.at === 'outside' && isUnrouted(answer))
      return { end: 'unclear', summary: `nobody outside has a way to ${flow.address}` }
    if (flow.from?.at === 'outside')
      return note('uplink', { end: 'no-link', summary: 'no packet came in from outside' })
    if (isUnrouted(answer))
      return note('container', { end: 'no-route', summary: `${senderOf(flow)} has no way to ${flow.address}` })
    return note('bridge', { end: 'no-link', summary: `no packet of ${senderOf(flow)} came out of ${flow.bridge}` })
  }

  /** Whether it stays within a bridge whose frames are not shown to IP. */
  private isUnseen(): boolean {
    const { flow, facts } = this
    const network = facts.docker.networks.find(({ bridge }) => bridge === flow.bridge)
    const within = network !== undefined && network.subnet !== '' && inPrefix(flow.address, network.subnet)
    const gateway = facts.links.some(({ addresses }) => addresses.includes(flow.address))
    return within && !gateway && facts.sysctls['net.bridge.bridge-nf-call-iptables'] !== '1'
  }

  /** Notes what a packet came to that has passed all hooks. */
  private arrive(out: TracedPacket, answered: boolean): void {
    const { marks } = this
    const last = lastOf(out)
    if (last.hook === 'input') return
    const device = last.output || out.last.output
    if (this.isBare(out) && !answered) {
      marks.at(-1)!.says = `it leaves as ${out.last.source}`
      return
    }
    const { source } = out.last
    if (last.hook === 'postrouting' && source !== out.first.source) marks.at(-1)!.says = `it leaves as ${source}`
    const says = answered ? `${out.last.destination} answers` : 'no answer came'
    if (this.isBridge(device)) {
      marks.push({ way: 'out', place: 'bridge', says: device })
      marks.push({ way: 'out', place: 'container', says })
      return
    }
    marks.push({ way: 'out', place: 'uplink', says: device })
    marks.push({ way: 'out', place: 'outside', says })
  }

  private isBridge(device: string): boolean {
    const link = this.facts.links.find(({ name }) => name === device)
    return link?.kind === 'bridge' || link?.master !== undefined
  }

  /** Whether it leaves the host as nobody that the outside can answer. */
  private isBare(out: TracedPacket): boolean {
    const { flow, computed } = this
    const { death: known } = computed.walk
    const leaves = lastOf(out).hook === 'postrouting' && !this.isBridge(out.last.output)
    if (leaves && known?.end === 'unmasqueraded') return true
    // A death that it was seen to pass is none.
    const refuted = known?.way === 'out' && known !== computed.beyond
    return leaves && fromContainer(flow) && out.last.source === flow.source && (!known || refuted)
  }

  /** It passed all hooks on its way, and no answer was seen at the first one on the way back. */
  private unanswered(out: TracedPacket, answer: Answer): Ending {
    const { flow, facts, computed, marks } = this
    const { output, source, destination, destinationPort } = out.last
    const atHost = lastOf(out).hook === 'input'
    if (this.isBare(out))
      return {
        end: 'unmasqueraded',
        summary: `${source === out.first.source ? `no rule masquerades it: it leaves by ${output} with ${fromContainer(flow) ? 'the container’s own address' : 'its sender’s own address'}, ${source}` : `it leaves by ${output} as ${source}`}, and no answer finds the way back`,
      }
    if (isRefused(answer)) return this.refused(out)
    const silent = atHost ? undefined : silentOn(answer.silent, output, destination, facts)
    if (silent) return this.unknown(silent)
    const known = atHost ? this.unanswering(out, answer) : computed.beyond
    if (known && (computed.isCertain() || known.says.includes('the kernel answers'))) {
      const ending = deathEnding(known, facts)
      const at = marks.findLastIndex(({ way, place }) => way === 'out' && place === known.place)
      if (known.way === 'out' && at >= 0) {
        marks.length = at + 1
        marks[at]!.says = ending.summary
      } else marks.push({ way: known.way, place: known.place, says: ending.summary })
      return ending
    }
    if (known) return { end: 'unclear', summary: computed.doubt }
    if (atHost) return { end: 'no-answer', summary: `nothing on the host answers at ${destination}` }
    if (this.isBridge(output))
      return { end: 'no-answer', summary: `it left by ${output} for ${destination}, and no answer came from there` }
    const port = flow.protocol === 'icmp' || destination === flow.address ? '' : `:${destinationPort}`
    return {
      end: 'no-answer',
      summary: `it left by ${output} as ${source}, and no answer came from ${destination}${port}`,
    }
  }

  /** What ends the answer of the host itself before any hook sees it: there is no way to who asked. */
  private unanswering({ first }: TracedPacket, { back }: Answer): Death | undefined {
    const { computed } = this
    const known = computed.deathAt('out', 'input') ?? computed.deathAt('back', 'routing')
    const routing = computed.walk.death
    if (known) return known
    if (routing?.place === 'routing' && routing.says.includes(first.source)) return { ...routing, way: 'back' }
    const kernel = back.match(/^RTNETLINK answers: (.*(?:unreachable|No route|denied|Invalid).*)$/)?.[1]
    const says = `the host has no way back to ${first.source}: the kernel answers “${kernel}”`
    return kernel ? { way: 'back', place: 'routing', end: 'no-route', says } : undefined
  }

  /** The next hop does not answer for its address. Where it is known why not, that is said. */
  private unknown({ address, device }: SilentNeighbour): Ending {
    const { computed, marks } = this
    const known = computed.isCertain() && /hardware|ARP|neighbour|answers for/.test(computed.walk.death?.says ?? '')
    const why = known ? `: ${computed.walk.death!.says}` : ''
    const summary = `nobody answers for ${address} on ${device}${why}`
    const place = this.isBridge(device) ? 'bridge' : 'uplink'
    const at = marks.findLastIndex((mark) => mark.way === 'out' && mark.place === place)
    marks.length = at + 1
    marks[at]!.says = summary
    return { end: 'no-neighbour', summary }
  }

  /** Somebody says no. Of a published port nobody should. */
  private refused(out: TracedPacket | undefined, unheard = false): Ending {
    const { flow, marks } = this
    const end = `${flow.address} refuses the connection: the way there and back is open`
    if (!out || (flow.kind !== 'published' && !unheard)) return { end: 'refused', summary: end }
    const at = marks.findLastIndex(({ way }) => way === 'out')
    marks.length = at + 1
    const { destination, destinationPort } = out.last
    const who = lastOf(out).hook === 'input' ? 'on the host' : 'in the container'
    const summary = `nothing ${who} listens at ${destination}:${destinationPort}/${flow.protocol}: the connection is refused`
    marks[at]!.says = summary
    return { end: 'no-listener', summary }
  }

  /** The connection was made; what follows, which rules see as another state, did not get through. */
  private broken(closing: TracedPacket | undefined): Ending {
    const { computed, facts, marks } = this
    const once = (summary: string): string => `once the connection is made, ${summary}`
    const before = marks.splice(0)
    if (closing) {
      marks.push(...before.filter(({ way, place }) => way === 'out' && place === 'container').slice(0, 1))
      const died = this.passage.lead('out', closing, '')
      if (died) return { ...died, summary: once(died.summary) }
    }
    marks.splice(0, marks.length, ...before)
    const known = computed.walk.death
    if (known?.rule && computed.isCertain()) {
      const ending = deathEnding(known, facts)
      const at = marks.findLastIndex(({ way, place }) => way === known.way && place === known.place)
      if (at >= 0) marks.length = at + 1
      else marks.push({ way: known.way, place: known.place, says: ending.summary })
      return ending
    }
    return { end: 'unclear', summary: once('what follows is not answered, and no rule that was seen stops it') }
  }

  /** Small packets pass, and the answer to a question that takes large ones does not come. */
  private mute(): Ending {
    const { computed, facts, flow, marks } = this
    const { death } = computed.walk
    if (death?.end !== 'too-large')
      return { end: 'unclear', summary: `${flow.address} was asked for more, and has not answered that` }
    const summary = `no large answer comes, and small ones do: ${deathEnding(death, facts).summary}`
    const at = marks.findIndex(({ way }) => way === 'back')
    if (death.way === 'back' && at >= 0) marks.length = at
    marks.push({ way: death.way, place: death.place, says: summary })
    return { end: 'too-large', summary }
  }

  /** The answer passed all hooks, and did not come to who waits for it. */
  private notTaken(): Ending {
    const { flow, facts, computed, marks } = this
    const known = computed.home
    if (known && computed.isCertain()) {
      const ending = deathEnding(known, facts)
      if (marks.at(-1)!.place === 'container' && known.place !== 'container') marks.pop()
      if (marks.at(-1)!.place === known.place) marks.at(-1)!.says = ending.summary
      else marks.push({ way: 'back', place: known.place, says: ending.summary })
      return ending
    }
    return {
      end: 'unclear',
      summary: `the answer came as far as ${flow.bridge || 'the host'}, and ${senderOf(flow)} did not take it`,
    }
  }
}

const fromContainer = (flow: Flow): boolean => containerOf(flow) !== undefined

/** The last hook of IP that saw a packet, else of whatever saw it. */
const lastOf = ({ steps }: TracedPacket): Step => steps.findLast(({ family }) => family === 'ip') ?? steps.at(-1)!

// TCP’s flag of a refusal.
const rst = 0x04
