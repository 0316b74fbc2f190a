import type { IpvsService } from '../../evidence/facts.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { mayDie, type Next, type State } from './state.ts'

/** The kernel's load balancer takes what is sent to its services, before programs do. Source: ipvsadm(8); ip_vs_core.c. */
export function balanced(net: Net, state: State, next: Next): State[] {
  const service = net.facts.ipvs.find((each) => isFor(each, state.packet))
  if (!service) return next(state)
  const message = `The load balancer ip_vs takes what is sent to ${service.address}:${service.port}: where it sends it is not simulated.`
  const drop = { location: 'input', end: 'dropped', message: 'perhaps lost by the load balancer ip_vs' } as const
  const key = `ip_vs ${service.address}:${service.port}`
  return mayDie(state, drop, { message, kind: 'other', key, settle: 'ipvsadm -Ln' }, next)
}

const isFor = ({ protocol, address, port }: IpvsService, packet: Packet): boolean =>
  packet.protocol === protocol && packet.destination === address && (port === 0 || packet.destinationPort === port)
