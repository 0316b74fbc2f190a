import { isDeepStrictEqual } from 'node:util'
import type { Location } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { fewRouters, lifeFrom } from './life.ts'
import { type Call, mayDie, type Next, type State } from './state.ts'

/** A connection's later packets on their way through the hooks. */
export interface Later {
  state: State
  /** What rules have set on them, where it is not what the first packet of that direction has. */
  marks: { out?: Pick<Packet, 'mark'>; back?: Pick<Packet, 'mark'>; connection?: Pick<Packet, 'ctMark'> }
}

/** The marks behind a hook that `left` leaves. */
export function marksAfter({ marks }: Later, { way, after }: Call, before: Packet, left: Packet): Later['marks'] {
  const { [way]: _, ...others } = marks
  return {
    ...others,
    ...(left.mark !== after.mark && { [way]: { mark: left.mark } }),
    ...(left.ctMark !== before.ctMark && { connection: { ctMark: left.ctMark } }),
  }
}

interface Difference {
  /** A clause without its end: “what the rules do differently”. */
  what: string
  key: string
}

/**
 * How one hook leaves a connection's later packets, where they then may go another way than the first of their
 * direction; undefined where they go the same.
 */
export function differenceOf(net: Net, { way, hook, before, after }: Call, left: Packet): Difference | undefined {
  const zone = way === 'out' ? 'own' : 'answers'
  if ((left.zone?.[zone] ?? 0) !== (after.zone?.[zone] ?? 0)) {
    const { rule, table, chain } = (left.zone ?? after.zone)!.by
    const what = `“${rule}” in ${table} ${chain} puts the first packet into another conntrack zone than those after it`
    return { what, key: laterZone(way) }
  }
  if (left.life && left.life.left !== after.life?.left && left.life.left <= fewRouters) {
    const what = `${lifeFrom(left.life)}, which leaves the packets after the first a time to live of ${left.life.left}`
    return { what, key: `time to live of later packets, ${way}` }
  }
  const turned = before.state !== 'invalid' && addressed.some((field) => left[field] !== after[field])
  if (turned) return { what: 'Rules address the packets after the first otherwise', key: `later packets, ${way}` }
  // Routing follows these two hooks.
  const routed = hook === 'prerouting' || hook === 'output'
  if (!routed || left.mark === after.mark || sameRoute(net, left, after)) return undefined
  return { what: 'Rules mark the packets after the first otherwise', key: `marks of later packets, ${way}` }
}

function sameRoute({ host }: Net, left: Packet, first: Packet): boolean {
  const routes = ({ mark }: Packet): unknown[] =>
    host.fib[left.family].lookup({ ...left, mark, input: left.input || 'lo', received: true })
  const [found, ...others] = routes(left)
  return others.length === 0 && isDeepStrictEqual([found], routes(first))
}

const addressed = ['source', 'sourcePort', 'destination', 'destinationPort', 'destinationMac'] as const

export const laterZone = (way: State['way']): string => `zones of later packets, ${way}`

/** Both ends of later packets that go another way than the first. */
export function parted(state: State, { what, key }: Difference, location: Location, on: Next): State[] {
  const doubt = { message: `${what}: whether those arrive is not simulated.`, kind: 'other', key } as const
  return mayDie(state, { location, end: 'dropped', message: what }, doubt, on)
}
