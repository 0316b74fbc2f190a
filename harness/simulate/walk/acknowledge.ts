import { capital } from '../../lib/text.ts'
import type { Location } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import type { RuleStep } from '../rules/index.ts'
import { dropBy } from './hook.ts'
import { again } from './meet.ts'
import { type Call, dies, mayDie, type Next, type State } from './state.ts'
import { itemsOf } from './trail.ts'

/**
 * Simulates the packets after the first two of a TCP connection. They take the same paths, have no SYN, and belong to
 * an established connection, so only the rules run again.
 */
export function acknowledge(net: Net, state: State, next: Next): State[] {
  if (state.drops.length > 0 || !state.calls) return next(state)
  const calls = itemsOf(state.calls)
  const last = calls.findLast(({ way }) => way === 'out')?.after ?? calls[0]!.before
  const ends = calls
    // The answer differs from later packets only in its SYN and its length.
    .filter(({ way, before }) => way === 'out' || before.state === 'invalid' || net.segments.sees)
    .reduce<State[]>((states, call) => states.flatMap((each) => recall(net, each, call, last)), [state])
  return ends.flatMap(next)
}

function recall(net: Net, state: State, call: Call, { dnat, snat, ctMark }: Packet): State[] {
  const { way, family, hook, location, device, before, after } = call
  if (state.drops.length > 0 || before.protocol !== 'tcp') return [state]
  const packet: Packet = {
    ...before,
    ...(before.state === 'invalid' && way === 'back' ? again(before) : { state: stateOf(state, call) }),
    flags: 'ack',
    // An acknowledgement has only the timestamps option; a SYN has more options.
    length: before.length - (before.flags === 'ack' ? 0 : 8),
    ...(before.state !== 'invalid' && { dnat, snat, ctMark }),
  }
  const worlds = net.firewall.pass(family, hook, packet, device, translationOf(call))
  return worlds.flatMap(({ doubts, terminating, packet: left }) => {
    if (doubts.some(({ key, holds }) => state.doubts.some((known) => known.key === key && known.holds !== holds)))
      return []
    const news = doubts.filter(({ key }) => !state.doubts.some((each) => each.key === key))
    const known = { ...state, doubts: [...state.doubts, ...news] }
    const [first] = terminating
    const when = 'once the connection is established'
    if (first) {
      const drop = dropBy(first, way, location)
      return [dies({ ...known, way }, { ...drop, message: `${drop.message}, ${when}` })]
    }
    if (before.state === 'invalid' && (left.source !== packet.source || left.destination !== packet.destination)) {
      const message = `conntrack takes the packets after the answer for a new connection and translates them to ${left.source} -> ${left.destination}`
      const drop = { location, end: 'source-check', message, namesAnswer: true } as const
      // The sender's next packets come first. In another zone than its first one, they make the connection that these belong to.
      const beside = known.doubts.find(({ key }) => key === laterZones('out'))
      const doubt = {
        message: `${capital(message)}, unless packets from the other side come first.`,
        kind: 'other',
      } as const
      return beside
        ? mayDie({ ...known, way }, drop, { ...doubt, key: `${beside.key}, and answers` }, (lives) => [lives])
        : [dies({ ...known, way }, drop)]
    }
    const moved = movedBy(way, left, after)
    if (moved) return elsewhere(known, moved, way, location)
    if (left.state !== 'untracked' || after.state === 'untracked') return [known]
    const drop = { location, end: 'dropped', message: `it is not tracked (notrack), ${when}` } as const
    if (dnat || snat) return [dies({ ...known, way }, drop)]
    const message = 'The connection is not tracked (notrack) once it is established: its end is not simulated.'
    return mayDie({ ...known, way }, drop, { message, kind: 'statement', key: 'notrack' }, (lives) => [lives])
  })
}

/** The rule by which later packets get another conntrack zone than the first of their direction; undefined where none does. */
function movedBy(way: State['way'], { zone: left }: Packet, { zone: first }: Packet): RuleStep | undefined {
  const key = way === 'out' ? 'own' : 'answers'
  return (left?.[key] ?? 0) === (first?.[key] ?? 0) ? undefined : (left ?? first)?.by
}

const laterZones = (way: State['way']): string => `zones of later packets, ${way}`

/** Later packets in another zone are a new connection for conntrack, which may clash with the one it knows. */
function elsewhere(state: State, { rule, table, chain }: RuleStep, way: State['way'], location: Location): State[] {
  const what = `“${rule}” in ${table} ${chain} puts the first packet into another conntrack zone than those after it`
  const doubt = {
    message: `${what}: whether conntrack then drops them is not simulated.`,
    kind: 'other',
    key: laterZones(way),
  } as const
  return mayDie({ ...state, way }, { location, end: 'dropped', message: what }, doubt, (lives) => [lives])
}

/** Where the connection's own conntrack entry has no answer, conntrack calls the sender's following packets invalid. */
function stateOf({ met, stranded }: State, { family, before }: Call): Packet['state'] {
  if (before.state !== 'new') return before.state
  const unanswered = met?.back === false || stranded !== undefined
  return unanswered && family !== 'bridge' ? 'invalid' : 'established'
}

/** The translation that conntrack applies to later packets at the hook where it translated the first. */
function translationOf({ hook, before, after, between }: Call): Parameters<Net['firewall']['pass']>[4] {
  const { source, sourcePort, destination, destinationPort } = after
  const range = between ? { between } : {}
  const same =
    source === before.source &&
    destination === before.destination &&
    sourcePort === before.sourcePort &&
    destinationPort === before.destinationPort
  if (same) return range
  const priority = hook === 'prerouting' || hook === 'output' ? -100 : 100
  return {
    ...range,
    untranslate: { priority, apply: (packet) => ({ ...packet, source, sourcePort, destination, destinationPort }) },
  }
}
