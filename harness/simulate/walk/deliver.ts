import type { Listener } from '../../evidence/facts.ts'
import { familyOf } from '../../lib/ip.ts'
import type { Net } from '../net.ts'
import { ipFamily } from '../packet.ts'
import { hook } from './hook.ts'
import { underPolicies } from './ipsec.ts'
import { balanced } from './ipvs.ts'
import type { Next, State } from './state.ts'
import { asCalled } from './untranslate.ts'

/** A packet for the host itself: through input to the program that listens. */
export function deliver(net: Net, state: State, next: Next): State[] {
  const { packet } = state
  const family = ipFamily(packet)
  const where = { location: 'input' as const, device: packet.input }
  const arrive: Next = (taken) => next({ ...taken, position: { at: 'host' } })
  const done: Next = (passed) =>
    balanced(net, passed, (own) => underPolicies(net, own, { direction: 'in', by: '', location: 'input' }, arrive))
  return hook(net, state, family, 'input', where, done, asCalled(state))
}

/** Whether a socket takes packets for any address of this one's family. `::` usually takes IPv4 as well. */
const takesAny = (listener: Listener, address: string): boolean =>
  listener.address === '::' || (listener.address === '0.0.0.0' && familyOf(address) === 4)

/** Of some listeners the one at an address and port, before those at any address; undefined where there is none. */
export function takerOf(
  listeners: readonly Listener[],
  address: string,
  port: number,
  protocol: string,
): Listener | undefined {
  const own = listeners.filter((each) => each.protocol === protocol && each.port === port)
  return own.find((each) => each.address === address) ?? own.find((each) => takesAny(each, address))
}

/** Whether a program takes what is sent to an address and port. */
export const takes = (...sent: Parameters<typeof takerOf>): boolean => takerOf(...sent) !== undefined

/** The listener at an address and port of the host; undefined where there is none. */
export const listenerAt = ({ facts }: Net, address: string, port: number, protocol: string): Listener | undefined =>
  takerOf(facts.listeners, address, port, protocol)
