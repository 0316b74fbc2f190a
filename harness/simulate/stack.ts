import type { ContainerNamespace, Facts, LinkFact, Neighbour, PolicyRule, RouteFact } from '../evidence/facts.ts'
import { familyOf, inPrefix } from '../lib/ip.ts'
import { type Fib, fibOf } from './fib.ts'
import type { AddressType } from './rules/index.ts'
import { sourceOn } from './rules/own-addresses.ts'

/** A network namespace: its links, routes and settings. */
export interface Stack {
  /** '' for the host, else the container's name. */
  name: string
  /** By name. */
  links: ReadonlyMap<string, LinkFact>
  byIndex: ReadonlyMap<number, LinkFact>
  byAddress: ReadonlyMap<string, LinkFact>
  fib: Record<4 | 6, Fib>
  neighbours: readonly Neighbour[]
  sysctls: Readonly<Record<string, string>>
}

/** The host's own stack. */
export const hostStack = (facts: Facts): Stack =>
  stackOf('', facts.links, facts.routes, facts.routes6, facts.policyRules, facts.policyRules6, facts)

/** A container's stack. */
export const containerStack = (own: ContainerNamespace): Stack =>
  stackOf(own.container, own.links, own.routes, own.routes6, own.policyRules, [], own)

function stackOf(
  name: string,
  links: readonly LinkFact[],
  routes: readonly RouteFact[],
  routes6: readonly RouteFact[],
  rules: readonly PolicyRule[],
  rules6: readonly PolicyRule[],
  { neighbours, sysctls }: { neighbours: readonly Neighbour[]; sysctls: Readonly<Record<string, string>> },
): Stack {
  return {
    name,
    links: new Map(links.map((link) => [link.name, link])),
    byIndex: new Map(links.map((link) => [link.index, link])),
    byAddress: new Map(links.toReversed().flatMap((link) => link.ips.map(({ address }) => [address, link]))),
    fib: {
      4: fibOf(withoutIgnored(routes, 4, sysctls), rules),
      6: fibOf(withoutIgnored(routes6, 6, sysctls), rules6),
    },
    neighbours,
    sysctls,
  }
}

/**
 * The routes, with those dead whose link has no carrier and is set to be ignored then. Source:
 * linux/net/ipv4/fib_trie.c, fib_lookup_good_nhc, and net/ipv6/route.c, __find_rr_leaf.
 */
function withoutIgnored(
  routes: readonly RouteFact[],
  family: 4 | 6,
  sysctls: Readonly<Record<string, string>>,
): readonly RouteFact[] {
  const flagsOf = (flags: string[], dev: string | undefined): string[] =>
    flags.includes('linkdown') && sysctls[`net.ipv${family}.conf.${dev}.ignore_routes_with_linkdown`] === '1'
      ? [...flags, 'dead']
      : flags
  // Most hosts have no such link, and some have thousands of routes.
  if (!Object.entries(sysctls).some(([name, value]) => name.endsWith('.ignore_routes_with_linkdown') && value === '1'))
    return routes
  return routes.map((route) => ({
    ...route,
    flags: flagsOf(route.flags, route.dev),
    ...(route.nexthops && {
      nexthops: route.nexthops.map((nextHop) => ({ ...nextHop, flags: flagsOf(nextHop.flags, nextHop.dev) })),
    }),
  }))
}

/** Whether an address is one of the stack's own, by its local table. */
export function isLocal({ fib }: Stack, address: string): boolean {
  const family = familyOf(address)
  return family !== undefined && fib[family].table('local', address)?.type === 'local'
}

/** The device that carries an address; undefined where none does. */
export const deviceOf = ({ byAddress }: Stack, address: string): LinkFact | undefined => byAddress.get(address)

/** The source address for packets that a device sends to a next hop; the next hop is '' where its route names none. */
export const addressOf = ({ links }: Stack, device: string, family: 4 | 6, nextHop = ''): string | undefined =>
  sourceOn(links, device, nextHop, family)

/** An address's type in this stack, as `addrtype` and `fib` match it. */
export function addressType({ fib }: Stack, address: string): AddressType {
  const family = familyOf(address)
  if (family === undefined) return 'unicast'
  if (inPrefix(address, '224.0.0.0/4') || inPrefix(address, 'ff00::/8')) return 'multicast'
  if (address === '255.255.255.255') return 'broadcast'
  const type = (fib[family].table('local', address) ?? fib[family].table('main', address))?.type ?? 'unicast'
  return types.has(type) ? (type as AddressType) : 'unicast'
}

const types = new Set(['local', 'broadcast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'anycast'])

/** Whose namespace a setting of the stack is in: no container's for the host. */
export const insideOf = ({ name }: Pick<Stack, 'name'>): { inside?: string } => (name === '' ? {} : { inside: name })

/** One device's own IPv4 setting, without regard to `all`. 0 where it is unknown. */
export const setting = ({ sysctls }: Stack, device: string, name: string): number =>
  Number(sysctls[`net.ipv4.conf.${device}.${name}`] ?? 0)

/** The larger of the settings for a device and for `all`, as the kernel reads rp_filter and arp_ignore. */
export const largerSetting = (stack: Stack, device: string, name: string): number =>
  Math.max(setting(stack, 'all', name), setting(stack, device, name))

/** Whether a setting is on for a device or for `all`, as the kernel reads route_localnet. */
export const eitherSetting = (stack: Stack, device: string, name: string): boolean =>
  setting(stack, 'all', name) > 0 || setting(stack, device, name) > 0
