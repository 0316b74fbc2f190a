import type { Found } from '../fib.ts'
import type { Packet } from '../packet.ts'

/** The next hops of a route: one, or those of a multipath one that are alive. */
export function nextHops({ route }: Found): { dev: string; gateway?: string }[] {
  const several = route?.nexthops?.filter(({ flags }) => !flags.includes('dead'))
  if (several && several.length > 0) return several
  return [{ dev: route?.dev ?? '', ...(route?.gateway !== undefined && { gateway: route.gateway }) }]
}

/** Why there is no route to a packet’s destination. */
export function noRoute(
  { type, route, rule }: Found,
  { destination, source, direction, icmpType }: Packet,
): { says: string; setting?: { name: string; value: string } } | undefined {
  if (type === 'none') return { says: `the host has no route to ${destination}` }
  // A kernel sends its answer to an echo there all the same; programs may not.
  if (type === 'broadcast' && !(direction === 'reply' && icmpType === 0))
    return { says: `${destination} is the broadcast address of ${route?.dev}` }
  if (!['blackhole', 'unreachable', 'prohibit'].includes(type)) return undefined
  if (route)
    return {
      says: `the host’s route to ${destination} is ${type} ${route.dst} (table ${route.table})`,
      setting: { name: `ip route ${route.dst} table ${route.table}`, value: type },
    }
  const words = `${rule!.not ? 'not ' : ''}from ${rule!.src ?? 'all'}${rule!.dst ? ` to ${rule!.dst}` : ''}${rule!.iif ? ` iif ${rule!.iif}` : ''}`
  return {
    says: `the routing rule ${rule!.priority} (${words} ${type}) stops what ${source || 'the host'} sends`,
    setting: { name: `ip rule ${rule!.priority}`, value: `${words} ${type}` },
  }
}
