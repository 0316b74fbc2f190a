import type { Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import { blame, death, type Ending, type Mark, told } from './build.ts'
import type { Computed } from './computed.ts'
import type { Decision, Step, TracedPacket } from './events.ts'
import { hopOf } from './hop.ts'
import { legacyKillers } from './legacy.ts'
import type { Hop, Place, Station } from './trace.ts'

/** A hook that a packet came to, with the brackets of it that it saw. */
interface Visit {
  family: Step['family']
  hook: Step['hook']
  /** The last bracket of the hook that saw it. */
  where: string
  input: string
  output: string
  hops: Hop[]
}

/** Leads packets from hook to hook as their brackets and rules saw them, and notes each place on the way. */
export class Passage {
  private readonly facts: Facts
  private readonly counted: readonly string[]
  private readonly computed: Computed
  private readonly marks: Mark[]

  constructor(facts: Facts, counted: readonly string[], computed: Computed, marks: Mark[]) {
    this.facts = facts
    this.counted = counted
    this.computed = computed
    this.marks = marks
  }

  /** Notes what a packet passed; gives the ending where it did not get through. `route` is the kernel's word on it. */
  lead(way: Station['way'], packet: TracedPacket, route: string): Ending | undefined {
    const visits = visitsOf(packet, (decision) => hopOf(decision, this.facts))
    for (const [index, visit] of visits.entries()) {
      this.routed(way, packet, visits, index)
      const { hops } = visit
      this.note({ way, place: this.placeOf(visit), says: told(hops), hops })
      const killer = hops.find(({ verdict }) => verdict === 'drop' || verdict === 'reject')
      if (killer) return this.killed(way, killer)
    }
    return this.lost(way, packet, visits.at(-1)!, route)
  }

  /** Notes a place; several hooks of one place are one mark. */
  private note(mark: Mark): void {
    const last = this.marks.at(-1)
    if (last?.way !== mark.way || last.place !== mark.place) {
      this.marks.push(mark)
      return
    }
    last.hops = [...(last.hops ?? []), ...(mark.hops ?? [])]
    if (mark.says !== 'let through') last.says = mark.says
  }

  private placeOf({ family, hook, input }: Visit): Place {
    if (family === 'ip') return hook as Place
    const link = this.facts.links.find(({ name }) => name === input)
    return family === 'bridge' || link?.kind === 'bridge' || link?.master !== undefined ? 'bridge' : 'uplink'
  }

  /** Between prerouting and what follows, and before the host's own output, a route is chosen. */
  private routed(way: Station['way'], packet: TracedPacket, visits: readonly Visit[], index: number): void {
    const { family, hook, input, output } = visits[index]!
    const stays = input !== '' && input === output && packet.first.destination === packet.last.destination
    const before = visits.slice(0, index).some((visit) => visit.family === 'ip')
    const chosen =
      family === 'ip' && ((hook === 'output' && !before) || hook === 'input' || (hook === 'forward' && !stays))
    if (!chosen) return
    const says =
      hook === 'input'
        ? `${packet.last.destination} is the host’s own`
        : (this.computed.routeBy(way, output) ?? `to ${packet.last.destination} by ${output}`)
    this.note({ way, place: 'routing', says })
  }

  /** Sent to another device than the one its receiver is behind, it dies by whatever stands there: the route was the mistake. */
  astray(way: Station['way'], { steps, last: { destination } }: TracedPacket): Ending | undefined {
    const { docker } = this.facts
    const output = steps.findLast((step) => step.family === 'ip')?.output ?? ''
    const home = docker.networks.find(({ name }) =>
      docker.containers.some(({ addresses }) => addresses[name] === destination),
    )
    const into = docker.networks.find(({ bridge }) => bridge === output)
    const known = this.computed.deathAt(way, 'routing')
    const isIn = into !== undefined && inPrefix(destination, into.subnet) && known?.end !== 'wrong-bridge'
    const isOwn = this.facts.links.some(({ addresses }) => addresses.includes(destination))
    const wrong =
      output === '' || output === 'lo'
        ? undefined
        : isOwn
          ? { end: 'no-route' as const, whose: 'the host’s own address, with no local route' }
          : home
            ? home.bridge !== output && { end: 'no-route' as const, whose: `a container’s on ${home.bridge}` }
            : into && way === 'out' && !isIn && { end: 'wrong-bridge' as const, whose: 'no container’s' }
    if (!wrong) return undefined
    const says = known?.says ?? `${destination} is ${wrong.whose}, and is sent to ${output}`
    const routing = this.marks.findIndex((mark) => mark.way === way && mark.place === 'routing')
    const next = this.marks.findIndex(
      (mark) => mark.way === way && ['output', 'forward', 'postrouting'].includes(mark.place),
    )
    this.marks.length = routing >= 0 ? routing : next >= 0 ? next : this.marks.length
    this.marks.push({ way, place: 'routing', says })
    return { end: known?.end ?? wrong.end, summary: says }
  }

  /** Its frame is for a hardware address that nobody has: a bridge gives it to all, and nobody takes it. */
  misaddressed(way: Station['way'], { first }: TracedPacket): Ending | undefined {
    const { links, containers } = this.facts
    const device = links.find(({ name }) => name === first.input)
    const bridged = device?.kind === 'bridge' || device?.master !== undefined
    const all = [...links, ...containers.flatMap((own) => own.links)]
    if (!bridged || first.mac === '' || /^(ff|01|33)/.test(first.mac) || all.some(({ mac }) => mac === first.mac))
      return undefined
    const known = this.computed.deathAt(way, 'bridge', 'container')
    const summary = known?.says ?? `it is sent to the hardware address ${first.mac}, which nobody on ${first.input} has`
    const at = this.marks.findLastIndex((mark) => mark.way === way && mark.place === 'bridge')
    const start = this.marks.findIndex((mark) => mark.way === way)
    this.marks.length = at >= 0 ? at : way === 'back' && start >= 0 ? start : this.marks.length
    this.marks.push({ way, place: 'bridge', says: summary })
    return { end: 'no-neighbour', summary }
  }

  private killed(way: Station['way'], killer: Hop): Ending {
    const mark = this.marks.at(-1)!
    mark.says = blame(killer)
    if (!mark.hops?.includes(killer)) mark.hops = [...(mark.hops ?? []), killer]
    return death(killer, way === 'back' ? 'the answer' : 'the packet')
  }

  private lost(way: Station['way'], packet: TracedPacket, last: Visit, route: string): Ending | undefined {
    const { family, hook, where, input, output } = last
    // Behind IP a bridge sees what the host sends.
    if (family === 'bridge' && where === 'last' && (hook === 'output' || hook === 'postrouting')) return undefined
    // With br_netfilter IP has seen before what a bridge gives to the host.
    const isUp = family === 'bridge' && hook === 'input' && where === 'last'
    if (isUp && packet.steps.some((step) => step.family === 'ip' && step.hook === 'prerouting'))
      return this.lostInRouting(way, packet, false, last.input, route)
    if (family !== 'ip') return this.lostBelow(way, last)
    if (where !== 'last') return this.lostInside(way, last, packet)
    if (hook === 'input' || hook === 'postrouting') return undefined
    // Frames that stay in a bridge are passed on by it, all others by the route.
    const bridged = hook === 'forward' ? input === output : hook === 'prerouting' && this.stays(packet)
    return this.lostInRouting(way, packet, bridged, input, route)
  }

  /** Prerouting or output has seen it, and nothing behind that. */
  private lostInRouting(
    way: Station['way'],
    { steps }: TracedPacket,
    bridged: boolean,
    input: string,
    route: string,
  ): Ending {
    const whose = way === 'back' ? 'the answer' : 'the packet'
    // A bridge shows IP what it passes on as well, before it is known who takes it.
    const isFirst = way === 'out' && steps.findLast(({ family }) => family === 'ip')?.hook === 'prerouting'
    const early = isFirst && !this.computed.early?.rule ? this.computed.early : undefined
    const places = bridged ? (['bridge', 'container', 'routing'] as const) : (['routing'] as const)
    const known = early ?? this.computed.deathAt(way, ...places)
    const kernel = way === 'out' && route !== '' ? route.replace(/^RTNETLINK answers: /, 'the kernel answers: ') : ''
    const unknown = bridged ? `${input} does not pass ${whose} on` : `the host does not pass ${whose} on`
    const summary = known?.says ?? (kernel && !bridged ? `${unknown}; of the route ${kernel}` : unknown)
    this.note({ way, place: known?.place ?? (bridged ? 'bridge' : 'routing'), says: summary })
    return { end: known?.end ?? (bridged ? 'no-link' : 'no-route'), summary }
  }

  private stays({ last }: TracedPacket): boolean {
    const network = this.facts.docker.networks.find(({ bridge }) => bridge === last.input)
    const own = this.facts.links.some(({ addresses }) => addresses.includes(last.destination))
    return network !== undefined && network.subnet !== '' && inPrefix(last.destination, network.subnet) && !own
  }

  /** It was seen by a device or a bridge, and by no hook of IP. */
  private lostBelow(way: Station['way'], { input }: Visit): Ending {
    const { place } = this.marks.at(-1)!
    const known = this.computed.deathAt(way, 'bridge', 'uplink')
    const summary = known?.says ?? `it came to ${input || 'the bridge'}, and no further`
    if (known && known.place !== place) this.note({ way, place: known.place, says: summary })
    else this.marks.at(-1)!.says = summary
    return { end: known?.end ?? 'no-link', summary }
  }

  /** No rule of nft's, and the next bracket was not reached: a table of the legacy backend lies between. */
  private lostInside(way: Station['way'], visit: Visit, { last }: TracedPacket): Ending {
    const { hook, where } = visit
    const killers = legacyKillers(hook, where, this.counted, this.facts).filter(({ rule }) =>
      mayMatch(rule, visit, last.protocol),
    )
    const computed = this.computed.walk.death?.rule
    const killer =
      killers.length < 2
        ? killers[0]
        : killers.find(
            ({ table, chain, rule }) => computed?.table === table && computed.chain === chain && computed.rule === rule,
          )
    if (killer) return this.killed(way, killer)
    const whose = way === 'back' ? 'the answer' : 'the packet'
    // What output has translated is routed once more, and lost where there is no way for it.
    if (!killers[0] && hook === 'output') {
      const known = this.computed.deathAt(way, 'routing')
      const summary = known?.says ?? `${whose} has no way once output has changed it`
      this.note({ way, place: 'routing', says: summary })
      return { end: known?.end ?? 'no-route', summary }
    }
    const several = killers.map(({ rule, chain }) => `“${rule}” in ${chain}`).slice(0, 4)
    const [first] = killers
    const summary = first
      ? `${whose} is dropped in ${first.table} (the legacy backend), by one of ${several.join(', ')}`
      : `${whose} vanished in ${hook}, behind ${where}, and no rule that can be listed says so`
    this.marks.at(-1)!.says = summary
    return { end: 'dropped', summary }
  }
}

/** A packet's hooks in order; decisions belong to the one whose bracket came last. */
function visitsOf({ steps, decisions }: TracedPacket, hopFor: (decision: Decision) => Hop | undefined): Visit[] {
  const visits: Visit[] = []
  for (const [index, { family, hook, where, input, output }] of steps.entries()) {
    const last = visits.at(-1)
    const same = last?.family === family && last.hook === hook && where !== 'first'
    const visit = same ? last : { family, hook, where, input: '', output: '', hops: [] }
    if (!same) visits.push(visit)
    visit.where = where
    visit.input ||= input
    visit.output ||= output
    visit.hops.push(...decisions.filter(({ after }) => after === index + 1).flatMap((each) => hopFor(each) ?? []))
  }
  return visits
}

/** Whether a rule may be about a packet, by the devices and the protocol that it names. */
function mayMatch(rule: string, { input, output }: Visit, protocol: string): boolean {
  const named = (option: string): string | undefined => rule.match(new RegExp(`(?<!! )-${option} ([^ +]+)(?= |$)`))?.[1]
  const fits = (wanted: string | undefined, own: string): boolean =>
    wanted === undefined || own === '' || wanted === own
  return fits(named('i'), input) && fits(named('o'), output) && fits(named('p'), protocol)
}
