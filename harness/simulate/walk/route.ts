import { inPrefix } from '../../lib/ip.ts'
import type { Found } from '../fib.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { ipFamily } from '../packet.ts'
import { planted } from '../planted.ts'
import { eitherSetting } from '../stack.ts'
import { strayed } from './astray.ts'
import { deliver } from './deliver.ts'
import { emit } from './emit.ts'
import { smallEnough } from './fitting.ts'
import { hook } from './hook.ts'
import { underPolicies } from './ipsec.ts'
import { shorterLived } from './life.ts'
import { alongRoute, noRoute } from './next-hop.ts'
import { wrongSource } from './source-check.ts'
import { at, dies, mayDie, type Next, type State, withDoubt, withPacket } from './state.ts'
import { translationOf } from './translation-of.ts'
import { asCalled, backToSender } from './untranslate.ts'

/** A packet enters the host's IP stack by a device: prerouting, then routing, then onward. */
export function route(net: Net, state: State, device: string, next: Next): State[] {
  const family = ipFamily(state.packet)
  const shown = withPacket(state, { input: device, output: '' })
  return hook(
    net,
    shown,
    family,
    'prerouting',
    { location: 'prerouting', device },
    (seen) => decide(net, seen, next),
    backToSender(state),
  )
}

/** Routes a packet after prerouting: to the host itself, or onward. */
export function decide(net: Net, state: State, next: Next): State[] {
  const { packet } = state
  // A packet that comes back by lo keeps its route.
  if (packet.input === 'lo')
    return deliver(net, at(state, 'routing', 'lo', `${packet.destination} is the host’s own`), next)
  if (
    inPrefix(packet.destination, '127.0.0.0/8') &&
    packet.input !== 'lo' &&
    !eitherSetting(net.host, packet.input, 'route_localnet')
  )
    return [toLoopback(state)]
  const ways = net.host.fib[packet.family].lookup({ ...packet, received: true })
  return ways.flatMap((found) => {
    const known = found.doubts.reduce(withDoubt, state)
    return found.type === 'local' ? home(net, known, next) : onward(net, known, found, next)
  })
}

/** The host takes nothing for its loopback addresses from its links, wherever a rule has sent a packet. */
function toLoopback(state: State): State {
  const { destination, input } = state.packet
  const led = translationOf(state)
  const sent = led ? `“${led.rule}” in ${led.table} ${led.chain} sends it to ${destination},` : `${destination} is`
  return dies(at(state, 'routing', input), {
    location: 'routing',
    end: 'source-check',
    message: `${sent} a loopback address, and route_localnet is 0 for ${input}`,
    address: destination,
    ...(led && { rule: led }),
    setting: { name: `net.ipv4.conf.${input}.route_localnet`, value: '0' },
  })
}

function home(net: Net, state: State, next: Next): State[] {
  const { packet } = state
  const message = `${packet.destination} is the host’s own`
  return deliver(net, checked(net, at(state, 'routing', packet.input, message), 'lo'), next)
}

function onward(net: Net, state: State, found: Found, next: Next): State[] {
  const { packet } = state
  const none = noRoute(found, packet)
  if (none) return [dies(at(state, 'routing', packet.input), { location: 'routing', end: 'no-route', ...none })]
  if (found.type !== 'unicast') return unfollowed(at(state, 'routing', packet.input), found.type, packet)
  return alongRoute(state, found, ({ dev, gateway }, chosen) => {
    const message = `to ${packet.destination} by ${describe(found, dev, gateway)}`
    const allowed = forwards(net, checked(net, at(chosen, 'routing', packet.input, message, [], { output: dev }), dev))
    const nextHop = gateway ?? packet.destination
    const mtu = found.route?.mtu ?? net.host.links.get(dev)?.mtu ?? 0
    return forward(net, strayed(net, allowed, dev, nextHop, found), { dev, mtu, nextHop }, next)
  })
}

function unfollowed(state: State, type: string, { destination }: Packet): State[] {
  const message = `${destination} has a ${type} route, which is not simulated.`
  const doubt = {
    message,
    kind: 'other',
    key: `${type} route to ${destination}`,
    settle: `ip route get ${destination}`,
  } as const
  return mayDie(
    state,
    { location: 'routing', end: 'no-route', message: `${destination} has a ${type} route` },
    doubt,
    (lives) => [lives],
  )
}

const describe = ({ route }: Found, dev: string, gateway?: string): string =>
  [route?.dst ?? '', gateway && `via ${gateway}`, `dev ${dev}`, route?.table !== 'main' && `table ${route?.table}`]
    .filter(Boolean)
    .join(' ')

/** Notes where the kernel rejects the packet's source. */
function checked(net: Net, state: State, output: string): State {
  const wrong = wrongSource(net.host, state.packet, output)
  if (!wrong) return state
  const { input, source } = state.packet
  return dies(state, {
    location: 'routing',
    end: 'source-check',
    message: `the host drops it on ${input}: ${wrong.message}`,
    address: source,
    ...(wrong.filter !== undefined && {
      setting: { name: `net.ipv4.conf.${input}.rp_filter`, value: String(wrong.filter) },
    }),
    ...(wrong.policy && { policy: wrong.policy }),
  })
}

/** Notes where the host does not forward packets that come in by a device. */
function forwards({ host }: Net, state: State): State {
  const { input, family } = state.packet
  if (planted.has('input-forwarding')) return state
  // IPv6 has one switch for all devices. Source: linux/net/ipv6/ip6_output.c, ip6_forward.
  const name = family === 6 ? 'net.ipv6.conf.all.forwarding' : `net.ipv4.conf.${input}.forwarding`
  const value = host.sysctls[name]
  if (value !== '0') return state
  const all = host.sysctls['net.ipv4.ip_forward'] === '0' && family === 4
  return dies(state, {
    location: 'routing',
    end: 'forwarding-off',
    message: all
      ? 'net.ipv4.ip_forward is 0: the host forwards no packets between its interfaces'
      : `${name} is 0: the host forwards nothing that comes in by ${input}`,
    setting: { name: all ? 'net.ipv4.ip_forward' : name, value: '0' },
  })
}

/** Where a packet goes on: by a device, in packets of at most `mtu` bytes. */
interface Onward {
  dev: string
  mtu: number
  nextHop: string
}

/** Through forward and postrouting, and out. */
function forward(net: Net, state: State, { dev, mtu, nextHop }: Onward, next: Next): State[] {
  const family = ipFamily(state.packet)
  const onward: Next = (allowed) =>
    hook(net, withPacket(allowed, { output: dev }), family, 'forward', { location: 'forward', device: dev }, (passed) =>
      postrouting(net, passed, dev, nextHop, next),
    )
  return underPolicies(net, state, { direction: 'fwd', by: dev, location: 'routing' }, (taken) =>
    underPolicies(net, shorterLived(taken), { direction: 'out', by: dev, location: 'routing' }, (known) =>
      smallEnough(net, known, { name: dev, mtu }, onward),
    ),
  )
}

/** Through postrouting, and out. */
export function postrouting(net: Net, state: State, dev: string, nextHop: string, next: Next): State[] {
  const family = ipFamily(state.packet)
  const shown = withPacket(state, { input: state.packet.local ? '' : state.packet.input, output: dev })
  const where = { location: 'postrouting' as const, device: dev }
  return hook(
    net,
    shown,
    family,
    'postrouting',
    where,
    (passed) => {
      const gone: Next = (allowed) => emit(net, allowed, dev, nextHop, next)
      // NAT of the source checks policies again. Source: linux/net/netfilter/nf_nat_proto.c, nf_xfrm_me_harder.
      return passed.packet.source === state.packet.source
        ? gone(passed)
        : underPolicies(net, passed, { direction: 'out', by: dev, location: 'postrouting' }, gone)
    },
    asCalled(state),
  )
}
