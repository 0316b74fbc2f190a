import type { Facts } from '../evidence/facts.ts'
import { addressIn, overlap, parsePrefix } from '../lib/ip.ts'
import { compareVersions } from '../lib/text.ts'

interface Pool {
  base: string
  size: number
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
export function poolExhausted(facts: Facts): { message: string; blockers: string[] } | undefined {
  const configured = facts.docker.config['default-address-pools']
  const given = Array.isArray(configured)
    ? configured.flatMap((each: { base?: unknown; size?: unknown }) =>
        typeof each?.base === 'string' && typeof each.size === 'number' ? [{ base: each.base, size: each.size }] : [],
      )
    : defaults
  const pools = given.filter(({ base }) => parsePrefix(base)?.family === 4)
  if (pools.length === 0) return undefined
  // Up to Docker 24 any route but the default one blocks a pool; in later versions only routes of the host's links do.
  const old = compareVersions(facts.docker.server || '99', '25') < 0
  const routes = facts.routes.filter(
    ({ dst, table, scope, type }) =>
      table === 'main' && type === 'unicast' && dst !== 'default' && (old || scope === 'link'),
  )
  const used = facts.docker.allNetworks.flatMap(({ subnets }) => subnets)
  const blocks = [...routes.map(({ dst }) => dst), ...used]
  const free = pools.some(({ base, size }) =>
    subnetsOf(base, size).some((subnet) => !blocks.some((block) => overlap(subnet, block))),
  )
  if (free) return undefined
  const wide = routes.filter(
    ({ dst, dev }) => !used.includes(dst) && !facts.docker.networks.some(({ bridge }) => bridge === dev),
  )
  const message =
    wide.length > 0
      ? `no subnet is left for a new network: the routes ${wide.map(({ dst, dev }) => `${dst} dev ${dev}`).join(', ')} overlap Docker’s address pools`
      : `no subnet is left for a new network: all of Docker’s address pools are used up by ${used.length} networks`
  return { message, blockers: wide.map(({ dst }) => dst) }
}

/** The subnets of one size in a pool, as CIDR. Bounded: a large pool of small subnets does not run out. */
function subnetsOf(base: string, size: number): string[] {
  const pool = parsePrefix(base)!
  const count = Math.min(2 ** Math.max(0, size - pool.length), 1024)
  return Array.from({ length: count }, (_, index) => `${addressIn(base, index * 2 ** (32 - size))}/${size}`)
}
