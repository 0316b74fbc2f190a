import type { Untranslation } from './hook.ts'
import type { State } from './state.ts'

/** In prerouting and output conntrack translates a reply's destination back to the sender. */
export function backToSender({ way, original, packet }: State): Untranslation | undefined {
  if (way === 'out' || !packet.snat || packet.direction === 'original') return undefined
  return {
    priority: -100,
    apply: (reply) => ({ ...reply, destination: original.source, destinationPort: original.sourcePort }),
  }
}

/** In postrouting and input conntrack sets a reply's source to the connection's original destination. */
export function asCalled({ way, original, packet }: State): Untranslation | undefined {
  if (way === 'out' || !packet.dnat || packet.direction === 'original') return undefined
  return {
    priority: 100,
    apply: (reply) => ({ ...reply, source: original.destination, sourcePort: original.destinationPort }),
  }
}
