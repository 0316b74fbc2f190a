import type { LinkFact } from '../../evidence/facts.ts'
import type { Attachment, Net } from '../net.ts'
import { ipFamily } from '../packet.ts'
import { setting } from '../stack.ts'
import { arrive, unread } from './container.ts'
import { passDevice } from './device.ts'
import { hook } from './hook.ts'
import { underPolicies } from './ipsec.ts'
import { findNeighbour } from './neighbour.ts'
import { alongRoute } from './next-hop.ts'
import { filtersBridged, portAdmits, portTakes, portWorks, tooLarge, vlans } from './port.ts'
import { decide, route } from './route.ts'
import { segmentOf, type Target } from './segment.ts'
import { wrongSource } from './source-check.ts'
import { at, dies, type Next, type State, withDoubt, withPacket } from './state.ts'
import { asCalled, backToSender } from './untranslate.ts'

/** A frame comes in by a bridge port and goes to the host's own stack, or to another port. */
export function enterBridge(net: Net, state: State, port: LinkFact, to: Target | undefined, next: Next): State[] {
  const bridge = net.host.links.get(port.master!)
  if (!bridge)
    return [dies(state, { location: 'bridge', end: 'no-link', message: `the bridge ${port.master} does not exist` })]
  const open = portAdmits(net, portWorks(state, port, bridge), port)
  const known = to === undefined || to.is === 'host' || to.is === 'container'
  const forBridge = known ? to?.is !== 'container' : undefined
  const shown = withPacket(open, { input: bridge.name, inputPort: port.name, forBridge })
  const where = { location: 'bridge', device: bridge.name } as const
  return vlans(net, shown, bridge, (free) => {
    if (!filtersBridged(net, bridge, free.packet))
      return hook(net, free, 'bridge', 'prerouting', where, (passed) => sort(net, passed, bridge, to, next))
    // br_netfilter runs between the bridge’s own chains; those after it see the result of NAT.
    const part = (state: State, between: readonly [number, number], then: Next): State[] =>
      hook(net, state, 'bridge', 'prerouting', where, then, undefined, between)
    return part(free, [Number.NEGATIVE_INFINITY, 0], (passed) => {
      const family = ipFamily(passed.packet)
      const shownTo = { location: 'prerouting', device: bridge.name } as const
      const routed: Next = (seen) =>
        part({ ...seen, prerouted: true }, [0, Number.POSITIVE_INFINITY], (now) =>
          seen.packet.destination === passed.packet.destination
            ? sort(net, now, bridge, to, next)
            : redirected(net, met(net, now, bridge, to), bridge, next),
        )
      return hook(net, passed, family, 'prerouting', shownTo, routed, backToSender(passed))
    })
  })
}

function sort(net: Net, state: State, bridge: LinkFact, to: Target | undefined, next: Next): State[] {
  if (to?.is === 'nobody') return sort(net, dies(state, to.drop), bridge, to.meant, next)
  if (to?.is === 'elsewhere') return unread(state, `who takes it on ${bridge.name}`)
  return to?.is === 'container' ? across(net, state, bridge, to.to, next) : up(net, state, bridge, next)
}

/** From a port to the host's own stack. Prerouting does not see again what it saw in the bridge. */
function up(net: Net, state: State, bridge: LinkFact, next: Next): State[] {
  const { prerouted, ...rest } = state
  return hook(net, rest, 'bridge', 'input', { location: 'bridge', device: bridge.name }, (passed) =>
    passDevice(net, passed, bridge, 'ingress', 'bridge', (free) =>
      prerouted
        ? decide(net, withPacket(free, { input: bridge.name, output: '' }), next)
        : // Without br_netfilter nothing above the bridge knows its ports.
          route(net, withPacket(free, { inputPort: '' }), bridge.name, next),
    ),
  )
}

/**
 * A packet whose destination prerouting has changed. Where its route leads back to the bridge, it stays in the bridge
 * and needs its neighbour; otherwise the host takes it. Source: linux/net/bridge/br_netfilter_hooks.c,
 * br_nf_pre_routing_finish.
 */
function redirected(net: Net, state: State, bridge: LinkFact, next: Next): State[] {
  const { packet } = state
  const inside = withPacket(state, { input: bridge.name, output: '' })
  return net.host.fib[packet.family].lookup({ ...packet, input: bridge.name, received: true }).flatMap((found) => {
    const known = found.doubts.reduce(withDoubt, inside)
    return alongRoute(known, found, ({ dev, gateway }, chosen) => {
      // Without forwarding that route is an error, and the host's own stack reports it.
      const back = found.type === 'unicast' && dev === bridge.name && setting(net.host, bridge.name, 'forwarding') > 0
      if (!back) return up(net, chosen, bridge, next)
      const wrong = wrongSource(net.host, { ...packet, input: bridge.name }, bridge.name)
      const message = `the host drops it on ${bridge.name}: ${wrong?.message}`
      const address = packet.source
      const checked = wrong ? dies(chosen, { location: 'routing', end: 'source-check', message, address }) : chosen
      const sender = { stack: net.host, link: bridge, segment: segmentOf(net, bridge) }
      return findNeighbour(net, checked, sender, gateway ?? packet.destination, (met, to) =>
        to === undefined ? [met] : to.is === 'host' ? up(net, met, bridge, next) : sort(net, met, bridge, to, next),
      )
    })
  })
}

/** Notes where the first receiver was never found, because its port did not pass the request for its address. */
function met(net: Net, state: State, bridge: LinkFact, to: Target | undefined): State {
  if (to?.is !== 'container' || !to.queried) return state
  const { device, link, container } = to.to
  if (link.up) return portAdmits(net, portWorks(apart(net, state, bridge, device), device, bridge), device)
  const message = `the link inside ${container} is down, so nothing answers for its address`
  const neighbour = { address: state.packet.destination, isNamed: true }
  return dies(state, { location: 'bridge', end: 'no-neighbour', message, neighbour })
}

/** From one port to another; with br_netfilter IP's hooks see the frame as well. */
function across(net: Net, state: State, bridge: LinkFact, to: Attachment, next: Next): State[] {
  const { prerouted, ...rest } = state
  const port = to.device
  const where = { location: 'forward', device: bridge.name } as const
  const ready = portTakes(net, portWorks(apart(net, rest, bridge, port), port, bridge), to)
  const family = ipFamily(state.packet)
  const ipHook = (name: 'forward' | 'postrouting', now: State, then: Next): State[] =>
    prerouted
      ? hook(
          net,
          now,
          family,
          name,
          { ...where, location: name },
          then,
          name === 'postrouting' ? asCalled(now) : undefined,
        )
      : then(now)
  const shown = withPacket(ready, { input: bridge.name, output: bridge.name, outputPort: port.name })
  return hook(net, shown, 'bridge', 'forward', where, (second) =>
    ipHook('forward', second, (third) =>
      hook(net, third, 'bridge', 'postrouting', { location: 'bridge', device: bridge.name }, (fourth) =>
        ipHook('postrouting', fourth, (fifth) =>
          afterNat(net, fourth, fifth, bridge.name, (allowed) =>
            passDevice(net, allowed, port, 'egress', 'bridge', (out) => arrive(net, tooLarge(out, port), to, next)),
          ),
        ),
      ),
    ),
  )
}

/**
 * In a bridge only a packet with another destination has a route, and NAT of its source then checks IPsec’s policies again.
 * Source: linux/net/bridge/br_netfilter_hooks.c, br_nf_pre_routing_finish.
 */
function afterNat(net: Net, before: State, state: State, device: string, next: Next): State[] {
  const routed = state.arrived !== undefined && state.arrived.destination !== state.packet.destination
  return routed && before.packet.source !== state.packet.source
    ? underPolicies(net, state, { direction: 'out', by: device, location: 'postrouting' }, next)
    : next(state)
}

/** Notes where one port passes nothing to the other. Source: linux/net/bridge/br_forward.c, should_deliver. */
function apart(net: Net, state: State, bridge: LinkFact, port: LinkFact): State {
  const from = net.host.links.get(state.packet.inputPort)
  if (from === port && port.port?.hairpin === false) {
    const message = `it would have to leave ${bridge.name} by ${port.name}, where it came in, but hairpin is off there`
    const setting = { name: `${port.name} hairpin`, value: 'off' }
    return dies(state, { location: 'bridge', end: 'no-link', message, setting })
  }
  if (!from?.port?.isolated || !port.port?.isolated) return at(state, 'bridge', bridge.name)
  const message = `${from.name} and ${port.name} are isolated ports of ${bridge.name}`
  const setting = { name: `${port.name} isolated`, value: 'on' }
  return dies(state, { location: 'bridge', end: 'no-link', message, setting })
}
