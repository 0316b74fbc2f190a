import * as z from 'zod'
import { rows } from '../../rows.ts'

const nexthop = z.object({
  dev: z.string().default(''),
  gateway: z.string().optional(),
  weight: z.number().default(1),
  flags: z.array(z.string()).default([]),
})
const route = z.looseObject({
  type: z.string().default('unicast'),
  dst: z.string(),
  gateway: z.string().optional(),
  via: z.object({ family: z.string(), host: z.string() }).optional(),
  dev: z.string().optional(),
  table: z.union([z.string(), z.number().transform(String)]).default('main'),
  metric: z.number().default(0),
  flags: z.array(z.string()).default([]),
  scope: z.string().optional(),
  prefsrc: z.string().optional(),
  from: z.string().optional(),
  protocol: z.string().optional(),
  metrics: z
    .array(
      z.looseObject({ mtu: z.number().optional(), hoplimit: z.number().optional(), advmss: z.number().optional() }),
    )
    .optional(),
  nexthops: z.array(nexthop).optional(),
})

/**
 * A route. `type` is unicast, local, blackhole, unreachable, prohibit, …; `dst` is `default`, a prefix or an address.
 */
export interface RouteFact {
  type: string
  dst: string
  gateway?: string
  /** An IPv6 gateway of an IPv4 route. */
  via6?: string
  dev?: string
  /** A name or a number, as iproute2 prints it. */
  table: string
  metric: number
  flags: string[]
  scope?: string
  prefsrc?: string
  /** It applies only to packets from this prefix. */
  src?: string
  protocol?: string
  mtu?: number
  /** The time to live of what is sent by it. */
  hopLimit?: number
  /** The segment size that TCP offers by it. */
  segmentSize?: number
  nexthops?: z.output<typeof nexthop>[]
  /** Other attributes that decide where packets go: an encapsulation, a type of service. */
  unknown?: string[]
}

const deciding = ['encap', 'tos']

/** The routes of `ip -j route show table all`, of one family. Throws where the text is damaged. */
export const readRoutes = (text: string): RouteFact[] =>
  rows(text, route).map((row) => {
    const { type, dst, dev, table, metric, flags, scope, prefsrc, protocol, nexthops, via } = row
    const gateway = row.gateway ?? (via?.family === 'inet' ? via.host : undefined)
    const mtu = row.metrics?.find((each) => each.mtu !== undefined)?.mtu
    const hopLimit = row.metrics?.find((each) => each.hoplimit !== undefined)?.hoplimit
    const segmentSize = row.metrics?.find((each) => each.advmss !== undefined)?.advmss
    const unknown = deciding.filter((key) => key in row)
    return {
      type,
      dst,
      table,
      metric,
      flags,
      ...defined({ dev, gateway, scope, prefsrc, src: row.from, protocol, mtu, hopLimit, segmentSize, nexthops }),
      ...(via?.family === 'inet6' && { via6: via.host }),
      ...(unknown.length > 0 && { unknown }),
    }
  })

const defined = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
