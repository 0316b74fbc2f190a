import { familyOf } from '../../lib/ip.ts'
import type { Flow, Walk } from '../flow.ts'
import type { Net } from '../net.ts'
import { type Packet, packetOf } from '../packet.ts'
import { fromOutside } from './answer.ts'
import { send } from './container.ts'
import { atDestination } from './endpoint.ts'
import { judge } from './judge.ts'
import { output } from './output.ts'
import { sentBy } from './sizes.ts'
import { at, type Next, type State } from './state.ts'

/** Simulates a flow's first packet to its end, and the answer back. */
export function walk(flow: Flow, net: Net): Walk {
  // Both ends agree on the packet size when a connection starts.
  const agrees = net.segments.clamps && flow.size === 'full' && flow.protocol === 'tcp'
  const begun = agrees ? lead({ ...flow, size: 'small' }, net, false) : []
  const clamps = begun.length > 0 && begun.every(({ clampsMss }) => clampsMss)
  return judge(flow, net, lead(flow, net, clamps))
}

function lead(flow: Flow, net: Net, clampsMss: boolean): State[] {
  const packet = firstPacket(flow, net)
  const { source, sourcePort, destination, destinationPort } = packet
  const state: State = {
    packet,
    position: { at: 'host' },
    way: 'out',
    path: undefined,
    drops: [],
    doubts: [],
    original: { source, sourcePort, destination, destinationPort },
    clampsMss,
    // A flow that should be blocked need not be followed past its drop.
    goesOn: flow.ought !== 'die',
    acquainted: [],
    calls: undefined,
  }
  return start(flow, net, state, (arrived) => atDestination(flow, net, arrived))
}

function firstPacket({ source, address, port, protocol, from, size }: Flow, net: Net): Packet {
  const family = familyOf(address) ?? 4
  const small = (protocol === 'tcp' ? 60 : 84) + (family === 6 ? 20 : 0)
  return packetOf({
    family,
    protocol: protocol === 'icmp' && family === 6 ? 'icmpv6' : protocol,
    source,
    destination: address,
    destinationPort: port,
    length: small,
    // A full packet fills the sender's own link; smaller links show on the way. A connection of TCP starts with a small one.
    ...(size === 'full' && { [protocol === 'tcp' ? 'transfer' : 'length']: sentBy(from, net) }),
  })
}

function start({ from, address }: Flow, net: Net, state: State, next: Next): State[] {
  if (from.at === 'container') return send(net, state, from.container, next)
  if (from.at === 'host') return output(net, state, next)
  return fromOutside(net, at(state, 'outside', from.device, state.packet.source), from.device, address, next)
}
