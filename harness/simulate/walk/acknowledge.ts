import { capital } from '../../lib/text.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import type { World } from '../rules/index.ts'
import { dropBy } from './hook.ts'
import { differenceOf, type Later, laterZone, marksAfter, parted } from './later-packets.ts'
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
    .filter(({ way, before }) => way === 'out' || before.state === 'invalid' || before.transfer || net.segments.sees)
    .reduce<Later[]>((laters, call) => laters.flatMap((each) => recall(net, each, call, last)), [{ state, marks: {} }])
  return ends.flatMap(({ state: end }) => next(end))
}

function recall(net: Net, later: Later, call: Call, last: Packet): Later[] {
  const { state } = later
  const { family, hook, device, before } = call
  if (state.drops.length > 0 || before.protocol !== 'tcp') return [later]
  const packet = laterPacket(later, call, last)
  return net.firewall.pass(family, hook, packet, device, translationOf(call)).flatMap((world) => {
    const { doubts } = world
    if (doubts.some(({ key, holds }) => state.doubts.some((known) => known.key === key && known.holds !== holds)))
      return []
    const news = doubts.filter(({ key }) => !state.doubts.some((each) => each.key === key))
    const known = { ...state, doubts: [...state.doubts, ...news] }
    const marks = marksAfter(later, call, packet, world.packet)
    return endsOf(net, known, call, packet, world).map((end) => ({ state: end, marks }))
  })
}

function laterPacket({ state, marks }: Later, call: Call, { dnat, snat, ctMark }: Packet): Packet {
  const { way, before } = call
  return {
    ...before,
    ...(before.state === 'invalid' && way === 'back' ? again(before) : { state: stateOf(state, call) }),
    flags: 'ack',
    // An acknowledgement has only the timestamps option; a SYN has more options.
    length: before.transfer ?? before.length - 8,
    ...(before.state !== 'invalid' && { dnat, snat, ctMark, ...marks.connection }),
    ...marks[way],
  }
}

function endsOf(net: Net, known: State, call: Call, packet: Packet, { terminating, packet: left }: World): State[] {
  const { way, location, before, after } = call
  const state = { ...known, way }
  const on: Next = (lives) => [{ ...lives, way: known.way }]
  const when = 'once the connection is established'
  const [first] = terminating
  if (first) {
    const drop = dropBy(first, way, location)
    return [dies(state, { ...drop, message: `${drop.message}, ${when}` })]
  }
  if (before.state === 'invalid' && (left.source !== packet.source || left.destination !== packet.destination))
    return takenForAnother(state, call, left, on)
  if (left.state === 'untracked' && after.state !== 'untracked') {
    const drop = { location, end: 'dropped', message: `it is not tracked (notrack), ${when}` } as const
    if (packet.dnat || packet.snat) return [dies(state, drop)]
    const message = 'The connection is not tracked (notrack) once it is established: its end is not simulated.'
    return mayDie(state, drop, { message, kind: 'statement', key: 'notrack' }, on)
  }
  const difference = differenceOf(net, call, left)
  return difference ? parted(state, difference, location, on) : [known]
}

function takenForAnother(state: State, { location }: Call, { source, destination }: Packet, on: Next): State[] {
  const message = `conntrack takes the packets after the answer for a new connection and translates them to ${source} -> ${destination}`
  const drop = { location, end: 'source-check', message, namesAnswer: true } as const
  // The sender's next packets come first. In another zone than its first one, they make the connection that these belong
  // to. And answers in another zone than the first one may belong to the connection after all.
  const beside = state.doubts.find(({ key }) => key === laterZone('out') || key === laterZone('back'))
  if (!beside) return [dies(state, drop)]
  const doubt = {
    message: `${capital(message)}, unless packets from the other side come first.`,
    kind: 'other',
    key: `${beside.key}, and answers`,
  } as const
  return mayDie(state, drop, doubt, on)
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
