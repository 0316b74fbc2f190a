import type { Facts, NetworkFact, RouteFact } from '../evidence/facts.ts'
import { addressIn, overlap, parsePrefix } from '../lib/ip.ts'
import { compareVersions } from '../lib/text.ts'
import { gatewayOf } from './intent.ts'

/** Addresses from which dockerd takes networks of one size. */
export interface Pool {
  base: string
  size: number
}

/** Why dockerd finds no subnet for a new network. */
export interface Exhausted {
  message: string
  /** The routes of others than Docker that overlap its pools. */
  routes: RouteFact[]
  /** Whether those routes hold most of the pools, and not Docker’s own networks. */
  byRoutes: boolean
}

// The default pools from which dockerd takes networks. Source: moby, libnetwork/ipamutils.
const defaults: Pool[] = [
  ...[17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31].map((second) => ({
    base: `172.${second}.0.0/16`,
    size: 16,
  })),
  { base: '192.168.0.0/16', size: 20 },
]

/** Why dockerd would find no subnet for a new network; undefined where it would find one, or where that is unknown. */
export function poolExhausted(facts: Facts): Exhausted | undefined {
  const configured = facts.docker.config['default-address-pools']
  const given = Array.isArray(configured)
    ? configured.flatMap((each: { base?: unknown; size?: unknown }) =>
        typeof each?.base === 'string' && typeof each.size === 'number' ? [{ base: each.base, size: each.size }] : [],
      )
    : defaults
  const pools = given.filter(({ base }) => parsePrefix(base)?.family === 4)
  if (pools.length === 0 || !isFull(facts, pools)) return undefined
  const used = usedBy(facts)
  const routes = blockingRoutes(facts).filter(
    ({ dst, dev }) =>
      pools.some(({ base }) => overlap(dst, base)) &&
      !used.includes(dst) &&
      !facts.docker.networks.some(({ bridge }) => bridge === dev),
  )
  const subnets = pools.flatMap(({ base, size }) => subnetsOf(base, size))
  const lost = subnets.filter((subnet) => routes.some(({ dst }) => overlap(subnet, dst)))
  const byRoutes = lost.length * 2 > subnets.length
  const named = routes.map(({ dst, dev }) => `${dst} dev ${dev}`).join(', ')
  const full = `all of Docker’s address pools are used up by ${used.length} networks`
  const why = byRoutes
    ? `the routes ${named} overlap Docker’s address pools`
    : `${full}${named && `, and the routes ${named} overlap the rest`}`
  return { message: `no subnet is left for a new network: ${why}`, routes, byRoutes }
}

/** Whether every subnet of these pools is in use, by a network or by a route. */
export function isFull(facts: Facts, pools: readonly Pool[]): boolean {
  const blocks = [...blockingRoutes(facts).map(({ dst }) => dst), ...usedBy(facts)]
  return !pools.some(({ base, size }) =>
    subnetsOf(base, size).some((subnet) => !blocks.some((block) => overlap(subnet, block))),
  )
}

const usedBy = ({ docker }: Facts): string[] => docker.allNetworks.flatMap(({ subnets }) => subnets)

/**
 * Up to Docker 24 any route but the default one blocks a pool; in later versions only routes of the host's links do, and
 * none from 0.0.0.0 on. Source: moby, libnetwork/netutils, and measured.
 */
function blockingRoutes({ docker, routes }: Facts): RouteFact[] {
  const old = compareVersions(docker.server || '99', '25') < 0
  return routes.filter(
    ({ dst, table, scope, type }) =>
      table === 'main' &&
      type === 'unicast' &&
      dst !== 'default' &&
      (old || (scope === 'link' && !dst.startsWith('0.0.0.0/'))),
  )
}

/** The subnets of one size in a pool, as CIDR. Bounded: a large pool of small subnets does not run out. */
function subnetsOf(base: string, size: number): string[] {
  const pool = parsePrefix(base)!
  const count = Math.min(2 ** Math.max(0, size - pool.length), 1024)
  return Array.from({ length: count }, (_, index) => `${addressIn(base, index * 2 ** (32 - size))}/${size}`)
}

/** Whether a network has no IPv4 address left for a new container. */
export function isUsedUp(network: NetworkFact, { docker }: Facts): boolean {
  const { name, subnet, range = subnet } = network
  const [whole, part] = [parsePrefix(subnet), parsePrefix(range)]
  // Larger ones do not run out.
  if (!whole || !part || part.family !== 4 || part.length < 20) return false
  const size = 2 ** (32 - part.length)
  const all = Array.from({ length: size }, (_, index) => addressIn(range, index)!)
  const last = addressIn(subnet, 2 ** (32 - whole.length) - 1)
  const taken = docker.containers.flatMap(({ addresses }) => addresses[name] ?? [])
  const used = [addressIn(subnet, 0), last, gatewayOf(network), ...taken]
  return all.every((address) => used.includes(address))
}
