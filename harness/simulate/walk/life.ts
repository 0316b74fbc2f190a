import type { Found } from '../fib.ts'
import type { Drop, Setting } from '../flow.ts'
import type { Packet } from '../packet.ts'
import type { RuleStep } from '../rules/index.ts'
import { insideOf, type Stack } from '../stack.ts'
import { dies, type State, withPacket } from './state.ts'

/** A packet with so short a time to live may end at a router behind the uplink. */
export const fewRouters = 3

/**
 * A packet that a stack sends by a route has that route's time to live, else the stack's. Source: linux/net/ipv4/ip_output.c
 * and linux/include/net/route.h, ip4_dst_hoplimit; linux/net/ipv6/output_core.c, ip6_dst_hoplimit.
 */
export function bornIn(stack: Stack, state: State, { route }: Found, device: string): State {
  if (state.packet.life) return state
  const { sysctls } = stack
  const { family } = state.packet
  const path = family === 4 ? 'net.ipv4.ip_default_ttl' : `net.ipv6.conf.${device}.hop_limit`
  const value = route?.hopLimit ?? sysctls[path]
  if (value === undefined || value === '') return state
  const by = route?.hopLimit
    ? { name: `ip route ${route.dst} dev ${device}`, value: `hoplimit ${value}` }
    : { name: path, value: String(value) }
  return withPacket(state, { life: { left: Number(value), by: { ...by, ...insideOf(stack) } } })
}

/** A router reduces the time to live by one, and drops a packet with none left. Source: linux/net/ipv4/ip_forward.c. */
export function shorterLived(state: State): State {
  const { life } = state.packet
  if (!life) return state
  const { left, by } = life
  const message = `${lifeFrom(life)}, which leaves it a time to live of ${left}: no router forwards it`
  const seen = left <= 1 ? dies(state, { location: 'routing', end: 'dropped', message, ...culprit(by) }) : state
  return withPacket(seen, { life: { left: Math.max(0, left - 1), by } })
}

/** The rule or setting that a time to live comes from, in words: `“-j TTL …” in mangle POSTROUTING`. */
export function lifeFrom({ by }: NonNullable<Packet['life']>): string {
  if ('rule' in by) return `“${by.rule}” in ${by.table} ${by.chain}`
  const where = by.inside === undefined ? '' : ` in ${by.inside}`
  return by.name.startsWith('ip route ')
    ? `the route ${by.name.slice('ip route '.length)}${where} has ${by.value}`
    : `${by.name}${where} is ${by.value}`
}

/** The same, as a drop's fields. */
export const culprit = (by: RuleStep | Setting): Pick<Drop, 'rule' | 'setting'> =>
  'rule' in by ? { rule: by } : { setting: by }
