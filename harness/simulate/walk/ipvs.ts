import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { addressText } from '../rules/addresses.ts'
import { mayDie, type Next, type State } from './state.ts'

/** The kernel's load balancer takes what is sent to its services, before programs do. Source: ipvsadm(8); ip_vs_core.c. */
export function balanced(net: Net, state: State, next: Next): State[] {
  const service = net.facts.ipvs.map(serviceOf).find((each) => each !== undefined && isFor(each, state.packet))
  if (!service) return next(state)
  const message = `The load balancer ip_vs takes what is sent to ${service.address}:${service.port}: where it sends it is not simulated.`
  const drop = { location: 'input', end: 'dropped', message: 'perhaps lost by the load balancer ip_vs' } as const
  const key = `ip_vs ${service.address}:${service.port}`
  return mayDie(state, drop, { message, kind: 'other', key, settle: 'ipvsadm -Ln' }, next)
}

interface Service {
  protocol: string
  address: string
  port: number
}

/** Reads `TCP  C0000202:0050 rr`. Undefined for a server's line, and for services by mark. */
function serviceOf(line: string): Service | undefined {
  const [, protocol, address, port] = /^(TCP|UDP|SCTP) +([0-9A-F]{8}):([0-9A-F]{4})\b/.exec(line) ?? []
  if (!protocol || !address || !port) return undefined
  return {
    protocol: protocol.toLowerCase(),
    address: addressText(Number.parseInt(address, 16)),
    port: Number.parseInt(port, 16),
  }
}

const isFor = ({ protocol, address, port }: Service, packet: Packet): boolean =>
  packet.protocol === protocol && packet.destination === address && (port === 0 || packet.destinationPort === port)
