import { inPrefix } from '../../lib/ip.ts'
import type { Found } from '../fib.ts'
import type { Net } from '../net.ts'
import { ipFamily } from '../packet.ts'
import { addressOf, eitherSetting } from '../stack.ts'
import { strayed } from './astray.ts'
import { hook } from './hook.ts'
import { underPolicies } from './ipsec.ts'
import { bornIn } from './life.ts'
import { alongRoute, asBroadcast, noRoute, unbound } from './next-hop.ts'
import { postrouting } from './route.ts'
import { offering } from './segment-size.ts'
import { at, dies, type Next, type State, withDoubt, withPacket } from './state.ts'
import { backToSender } from './untranslate.ts'

/** The host itself sends a packet; the route chooses an empty source. */
export function output(net: Net, state: State, next: Next): State[] {
  const { packet } = state
  const { arrived: _, ...made } = state
  const local = withPacket(made, {
    input: '',
    output: '',
    inputPort: '',
    outputPort: '',
    forBridge: undefined,
    local: true,
    tracked: false,
  })
  return lookup(net, local).flatMap(({ found, known }) =>
    routed(net, known, found, (sent) => {
      // A connecting program is routed again, with the source that the first route chose.
      if (packet.source === '' && sent.state.packet.source !== '') return output(net, sent.state, next)
      const { device } = sent
      const family = ipFamily(packet)
      const onward: Next = (ready) =>
        hook(
          net,
          withPacket(ready, { output: device }),
          family,
          'output',
          { location: 'output', device },
          (passed) => again(net, ready, passed, sent, next),
          backToSender(state),
        )
      return asBroadcast(sent.state, found, 'the host', (known) =>
        underPolicies(net, known, { direction: 'out', by: device, location: 'routing' }, onward),
      )
    }),
  )
}

const lookup = ({ host }: Net, state: State, rerouted = false): { found: Found; known: State }[] =>
  host.fib[state.packet.family]
    // The lookup for a packet without a source uses an empty one, which rules may match.
    // Source: linux/net/ipv4/fib_rules.c, fib4_rule_match.
    .lookup({
      ...state.packet,
      source: state.packet.source || unbound[state.packet.family],
      input: 'lo',
      received: rerouted,
    })
    .map((found) => ({ found, known: found.doubts.reduce(withDoubt, state) }))

interface Sent {
  found: Found
  device: string
  nextHop: string
  state: State
}

/** Goes on by each next hop of a packet that the host sends; or the packet's drop. */
function routed(net: Net, state: State, found: Found, next: (sent: Sent) => State[]): State[] {
  const none = noRoute(found, state.packet)
  if (none) return [dies(at(state, 'routing', ''), { location: 'routing', end: 'no-route', ...none })]
  if (found.type === 'local') return next(sentBy(net, state, found, { dev: 'lo' }))
  return alongRoute(state, found, (by, chosen) => next(sentBy(net, chosen, found, by)))
}

function sentBy(net: Net, state: State, found: Found, by: { dev: string; gateway?: string }): Sent {
  const { packet } = state
  const device = by.dev
  const nextHop = by.gateway ?? packet.destination
  const source =
    packet.source ||
    (found.type === 'local'
      ? packet.destination
      : (found.route?.prefsrc ?? addressOf(net.host, device, packet.family, by.gateway))) ||
    ''
  const original = state.original.source === '' && state.way === 'out' ? { ...state.original, source } : state.original
  const sourced = {
    ...withPacket(at(state, 'routing', device), { source, originalSource: packet.originalSource || source }),
    original,
  }
  const stays = inPrefix(source, '127.0.0.0/8') && device !== 'lo' && !eitherSetting(net.host, device, 'route_localnet')
  const born = offering(net.host, bornIn(net.host, sourced, found, device), found, device)
  return { found, device, nextHop, state: stays ? loopbackStays(born, device) : born }
}

/** Source: linux/net/ipv4/route.c, __mkroute_output. */
const loopbackStays = (state: State, device: string): State =>
  dies(state, {
    location: 'routing',
    end: 'source-check',
    message: `a packet from ${state.packet.source} may not leave by ${device}: route_localnet is 0 there`,
    address: state.packet.source,
    setting: { name: `net.ipv4.conf.${device}.route_localnet`, value: '0' },
  })

/**
 * A packet that output has translated or marked is routed again, as one that came by a link is. Source:
 * linux/net/ipv4/netfilter.c, ip_route_me_harder.
 */
function again(net: Net, before: State, state: State, sent: Sent, next: Next): State[] {
  const changed = state.packet.destination !== before.packet.destination || state.packet.mark !== before.packet.mark
  if (!changed) return away(net, state, sent, next)
  return lookup(net, state, true).flatMap(({ found, known }) =>
    routed(net, known, found, (other) => {
      const { device } = other
      return underPolicies(net, other.state, { direction: 'out', by: device, location: 'output' }, (allowed) =>
        away(net, withPacket(allowed, { output: device }), other, next),
      )
    }),
  )
}

const away = (net: Net, state: State, { found, device, nextHop }: Sent, next: Next): State[] =>
  postrouting(net, found.type === 'local' ? state : strayed(net, state, device, nextHop, found), device, nextHop, next)
