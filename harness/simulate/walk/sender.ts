import type { LinkFact } from '../../evidence/facts.ts'
import type { Net } from '../net.ts'
import { isLocal, type Stack } from '../stack.ts'
import { holderOn, type Receiver, type Segment, type Target } from './segment.ts'
import { type State, withPacket } from './state.ts'

/** A frame's sender, with the link that it uses. */
export interface Sender {
  stack: Stack
  link: LinkFact
  segment: Segment
  /** Its port on the bridge. */
  port?: LinkFact
}

/** What comes next, once the receiver of a frame is known. */
export type Then = (state: State, to: Target | undefined) => State[]

/** The holder of the address as far as the evidence shows, whether or not it answers. */
export function meant(net: Net, { device }: Segment, { name }: Stack, nextHop: string): Receiver | undefined {
  if (name !== '' && isLocal(net.host, nextHop)) return { is: 'host' }
  const to = holderOn(net, device.name, nextHop)
  return to && to.container !== name ? { is: 'container', to } : undefined
}

/** The packet in a frame with the sender's and the receiver's hardware addresses. */
export function addressed(state: State, { link, segment }: Sender, who: Receiver): State {
  const destinationMac = who.is === 'container' ? who.to.link.mac : who.is === 'host' ? segment.device.mac : ''
  return withPacket(state, { sourceMac: link.mac, destinationMac })
}
