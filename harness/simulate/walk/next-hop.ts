import type { PolicyRule } from '../../evidence/facts.ts'
import type { Found } from '../fib.ts'
import type { Drop } from '../flow.ts'
import type { Packet } from '../packet.ts'
import { mayDie, type Next, type State, withDoubt } from './state.ts'

/** The source in the lookup for a packet that has none yet; rules may match it. Source: linux/net/ipv4/fib_rules.c. */
export const unbound = { 4: '0.0.0.0', 6: '::' } as const

/** A route's next hops: one, or the live ones of a multipath route. */
export function nextHops({ route }: Found): { dev: string; gateway?: string }[] {
  const several = route?.nexthops?.filter(({ flags }) => !flags.includes('dead'))
  if (several && several.length > 0) return several
  return [{ dev: route?.dev ?? '', ...(route?.gateway !== undefined && { gateway: route.gateway }) }]
}

/** Goes on by each next hop of a route. Of several the kernel takes one, and which is not known. */
export function alongRoute(
  state: State,
  found: Found,
  next: (by: { dev: string; gateway?: string }, chosen: State) => State[],
): State[] {
  const { destination } = state.packet
  return nextHops(found).flatMap((by, index, all) => {
    if (all.length === 1) return next(by, state)
    const which = all.map(({ gateway, dev }) => (gateway === undefined ? dev : `${gateway} on ${dev}`))
    const doubt = {
      message: `The kernel takes one of several next hops to ${destination}: ${which.join(' or ')}.`,
      kind: 'other',
      key: `one of several next hops to ${destination} ${index}`,
      holds: true,
      settle: `ip route get ${destination}; ip neigh`,
    } as const
    return next(by, withDoubt(state, doubt))
  })
}

/** Why `who` has no route to a packet’s destination; `address` is the one that cannot be routed. */
export function noRoute(
  { type, route, rule }: Found,
  { destination, source, direction, icmpType }: Packet,
  who = 'the host',
): (Required<Pick<Drop, 'message' | 'address'>> & Pick<Drop, 'setting' | 'policy'>) | undefined {
  const address = destination
  if (type === 'none') return { message: `${who} has no route to ${destination}`, address }
  // The kernel itself may answer an echo to a broadcast address; programs may not.
  if (type === 'broadcast' && !(direction === 'reply' && icmpType === 0))
    return { message: `${destination} is the broadcast address of ${route?.dev}`, address }
  if (!['blackhole', 'unreachable', 'prohibit'].includes(type)) return undefined
  if (route)
    return {
      message: `${who}’s route to ${destination} is ${type} ${route.dst} (table ${route.table})`,
      address,
      setting: { name: `ip route ${route.dst} table ${route.table}`, value: type },
      ...policyOf(rule),
    }
  const words = conditionsOf(rule!)
  return {
    message: `the routing rule ${rule!.priority} (${words} ${type}) stops packets from ${source || who}`,
    address,
    setting: { name: `ip rule ${rule!.priority}`, value: `${words} ${type}` },
    ...policyOf(rule),
  }
}

/** The kernel's own answer to a sender whose address is a broadcast address here. Every machine gets the frame. */
export function asBroadcast(state: State, { type, route }: Found, who: string, next: Next): State[] {
  if (type !== 'broadcast') return next(state)
  const what = `${who} answers ${state.packet.destination}, the broadcast address of ${route?.dev}, by a broadcast`
  const doubt = { message: `${what}: its way is not simulated.`, kind: 'other', key: what } as const
  return mayDie(state, { location: state.path!.last.location, end: 'dropped', message: what }, doubt, next)
}

const usualTables = new Set([undefined, 'main', 'local', 'default'])

/** A routing rule, unless it only leads to the usual tables. */
export const policyOf = (rule: PolicyRule | undefined): Pick<Drop, 'policy'> =>
  rule && (rule.action !== 'lookup' || !usualTables.has(rule.table)) ? { policy: rule } : {}

/** A routing rule as `ip rule` takes it, without its priority. */
export const ruleInWords = (rule: PolicyRule): string =>
  `${conditionsOf(rule)} ${rule.action === 'lookup' ? `lookup ${rule.table}` : rule.action}`

/** A routing rule's conditions, as `ip rule` prints them. */
function conditionsOf(rule: PolicyRule): string {
  const { not, src, dst, tos, iif, oif, fwmark, fwmask, uidrange, ipproto, sport, dport } = rule
  const hex = (value: number): string => `0x${value.toString(16)}`
  const mask = fwmask === undefined || fwmask === 0xffffffff ? '' : `/${hex(fwmask)}`
  const given = {
    to: dst,
    tos,
    fwmark: fwmark === undefined ? undefined : hex(fwmark) + mask,
    iif,
    oif,
    // One user is a range as well.
    uidrange: uidrange === undefined || uidrange.includes('-') ? uidrange : `${uidrange}-${uidrange}`,
    ipproto,
    sport,
    dport,
  }
  const words = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
  return [...(not ? ['not'] : []), `from ${src ?? 'all'}`, ...words].join(' ')
}

/** A route in words, with its routing rule where that is not a default one; and the setting that holds it. */
export function routeInWords({
  route,
  rule,
}: Found): { words: string; setting: { name: string; value: string } } & Pick<Drop, 'policy'> {
  const { dst = '', dev = '', table = 'main' } = route ?? {}
  const usual = dst === 'default' ? 'the host’s default route' : `the host’s route ${dst}`
  if (!rule || table === 'main' || table === 'local' || table === 'default')
    return { words: usual, setting: { name: `ip route ${dst}`, value: `dev ${dev}` } }
  const conditions = conditionsOf(rule)
  return {
    words: `the route ${dst} of table ${table} (routing rule ${rule.priority}: ${conditions})`,
    setting: { name: `ip rule ${rule.priority}`, value: `${conditions} lookup ${table}` },
    ...policyOf(rule),
  }
}
