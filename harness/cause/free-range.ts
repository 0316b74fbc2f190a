import type { Facts } from '../evidence/facts.ts'
import { overlap } from '../lib/ip.ts'

// Private addresses that routers and VPNs seldom use.
const candidates = ['10.201.0.0/16', '10.213.0.0/16', '10.227.0.0/16', '172.16.0.0/16', '100.97.0.0/16'] as const

/** The first range that is offered where nothing is known to overlap it. */
export const [usualRange] = candidates

/** A range that no route of the host and no Docker network overlaps; undefined where none of the usual ones is free. */
export function freeRange({ routes, docker }: Facts): string | undefined {
  const taken = [
    // Two halves replace a default route. They are no network of their own.
    ...routes.filter(({ dst }) => dst !== 'default' && !dst.endsWith('/1')).map(({ dst }) => dst),
    ...docker.allNetworks.flatMap(({ subnets }) => subnets),
  ]
  return candidates.find((each) => !taken.some((other) => overlap(each, other)))
}
