import * as z from 'zod'
import { rowLines, rows } from '../../rows.ts'

const network = z.object({
  Name: z.string(),
  Id: z.string(),
  Driver: z.string(),
  Scope: z.string().default('local'),
  Internal: z.boolean().default(false),
  EnableIPv6: z.boolean().default(false),
  Options: z.record(z.string(), z.string()).nullish(),
  IPAM: z
    .object({
      Config: z
        .array(
          z.object({ Subnet: z.string().optional(), Gateway: z.string().optional(), IPRange: z.string().optional() }),
        )
        .nullish(),
    })
    .optional(),
})

/** A network of any driver. */
export interface AllNetworkFact {
  name: string
  id: string
  driver: string
  scope: string
  internal: boolean
  ipv6: boolean
  /** CIDR, IPv4 and IPv6. */
  subnets: string[]
  gateways: string[]
  /** Parts of the subnets from which dockerd takes addresses, where it does not take them from all. */
  ranges: string[]
  options: Record<string, string>
}

/** A network of the bridge driver. */
export interface NetworkFact {
  name: string
  id: string
  /** Name of the bridge interface. */
  bridge: string
  /** IPv4, CIDR; empty where it has none. */
  subnet: string
  gateway: string
  /** The part of `subnet` from which dockerd takes addresses for containers; all of it where undefined. */
  range?: string
  /** The same for IPv6. */
  subnet6: string
  gateway6: string
  subnets: string[]
  ipv6: boolean
  internal: boolean
  options: Record<string, string>
}

/**
 * Reads every network, from `docker network inspect` or one JSON object in each line. Throws where the text is damaged.
 */
export const readAllNetworks = (text: string): AllNetworkFact[] =>
  (text.trimStart().startsWith('[') ? rows(text, network) : rowLines(text, network)).map((row) => {
    const ranges = row.IPAM?.Config ?? []
    return {
      name: row.Name,
      id: row.Id,
      driver: row.Driver,
      scope: row.Scope,
      internal: row.Internal,
      ipv6: row.EnableIPv6,
      subnets: ranges.flatMap(({ Subnet }) => Subnet || []),
      // Some versions of Docker add a prefix length.
      gateways: ranges.flatMap(({ Gateway }) => Gateway?.replace(/\/.*$/, '') || []),
      ranges: ranges.flatMap(({ IPRange }) => IPRange || []),
      options: row.Options ?? {},
    }
  })

/** The networks of the bridge driver. */
export const bridgeNetworks = (networks: readonly AllNetworkFact[]): NetworkFact[] =>
  networks
    .filter(({ driver }) => driver === 'bridge')
    .map(({ name, id, internal, ipv6, subnets, gateways, ranges, options }) => ({
      name,
      id,
      bridge: options['com.docker.network.bridge.name'] ?? `br-${id.slice(0, 12)}`,
      subnet: subnets.find((each) => each.includes('.')) ?? '',
      gateway: gateways.find((each) => each.includes('.')) ?? '',
      ...rangeOf(ranges),
      subnet6: subnets.find((each) => each.includes(':')) ?? '',
      gateway6: gateways.find((each) => each.includes(':')) ?? '',
      subnets,
      ipv6,
      internal,
      options,
    }))

function rangeOf(ranges: readonly string[]): Pick<NetworkFact, 'range'> {
  const range = ranges.find((each) => each.includes('.'))
  return range === undefined ? {} : { range }
}
