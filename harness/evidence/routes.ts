import { z } from 'zod'
import { all } from './docker.ts'
import { inSubnet } from './ipv4.ts'

const route = z.object({
  type: z.string().default('unicast'),
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  table: z.string().default('main'),
  metric: z.number().default(0),
  flags: z.array(z.string()).default([]),
})

/** An IPv4 route; `type` is unicast, local, blackhole, unreachable, prohibit, … */
export type RouteFact = z.output<typeof route>

/** The routes of `ip -j -4 route show table all`. */
export const readRoutes = (text: string): RouteFact[] =>
  all(text).flatMap((value) => (Array.isArray(value) ? value.flatMap((each) => route.safeParse(each).data ?? []) : []))

/** Whether routing policy (`ip rule`) says more than a host does out of the box. */
export const hasRoutingPolicy = (text: string): boolean =>
  all(text).some((value) => Array.isArray(value) && value.length > 3)

/** The route a packet to an address takes: of the local table first, then the longest prefix of the main one. */
export function routeTo(address: string, routes: readonly RouteFact[]): RouteFact | undefined {
  const fits = ({ dst }: RouteFact): boolean => dst === 'default' || inSubnet(address, dst)
  const length = ({ dst }: RouteFact): number => (dst === 'default' ? 0 : Number(dst.split('/')[1] ?? 32))
  const from = (name: string): RouteFact | undefined =>
    routes
      .filter((each) => each.table === name && fits(each) && !each.flags.includes('dead'))
      .sort((a, b) => length(b) - length(a) || a.metric - b.metric)[0]
  return from('local') ?? from('main') ?? from('default')
}
