import type { Net } from '../net.ts'
import { largestPacket, limitedTo, type Packet, packetOf } from '../packet.ts'
import { output } from './output.ts'
import { at, dies, type Next, type State, withPacket } from './state.ts'

/**
 * Forwards a packet by a link or a route with a size. A larger packet is fragmented when it leaves; or, where that is not
 * allowed, the host reports the size to the sender, who sends smaller packets. Source: linux/net/ipv4/ip_forward.c,
 * ip_forward.
 */
export function smallEnough(net: Net, state: State, { name, mtu }: Size, next: Next): State[] {
  const { packet } = state
  const mayFragment = packet.family === 4 && !packet.dontFragment
  if (mayFragment || fits(packet, mtu)) return next(state)
  return report(net, state).flatMap(({ drops: [lost], doubts }) => {
    const smaller = withPacket({ ...state, doubts }, limitedTo(packet, mtu))
    if (!lost) return next(smaller)
    const { step: _, way: __, ...drop } = lost
    const why = `${name} takes ${mtu} bytes, and the report of that to ${packet.source} (ICMP) is lost: ${lost.message}`
    const setting = { name: `${name} mtu`, value: String(mtu) }
    return next(dies(smaller, { setting, ...drop, message: why }))
  })
}

/** A link, or a route by it, and the bytes that it takes; 0 for any number. */
interface Size {
  name: string
  mtu: number
}

const fits = (packet: Packet, mtu: number): boolean => mtu === 0 || largestPacket(packet) <= mtu

/** A packet leaves by a link: one that is too large for it is fragmented, or its sender has learned the size. */
export function fitting(state: State, { name, mtu }: Size): State {
  if (fits(state.packet, mtu)) return state
  const message = `${name} takes ${mtu} bytes: larger packets are fragmented, or their sender is asked for smaller ones`
  return withPacket(at(state, state.path!.last.location, name, message), limitedTo(state.packet, mtu))
}

/** All ends of the host's report to the sender. Conntrack relates it to the connection. */
function report(net: Net, state: State): State[] {
  const { packet } = state
  const made: State = {
    ...state,
    packet: reportOn(packet),
    position: { at: 'host' },
    path: undefined,
    drops: [],
    calls: undefined,
    goesOn: false,
  }
  return output(net, made, (arrived) => [arrived])
}

function reportOn({ family, source, direction, dnat, snat, ctMark, state }: Packet): Packet {
  const kind = family === 4 ? { protocol: 'icmp', icmpType: 3, icmpCode: 4 } : { protocol: 'icmpv6', icmpType: 2 }
  return {
    ...packetOf({ family, destination: source, ...kind } as Partial<Packet>),
    // As much of the packet as the least size that every link takes.
    length: family === 4 ? 576 : 1280,
    state: state === 'untracked' || state === 'invalid' ? state : 'related',
    direction: direction === 'original' ? 'reply' : 'original',
    dnat,
    snat,
    ctMark,
  }
}
