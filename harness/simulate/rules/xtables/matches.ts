import type { Test } from '../compiled.ts'
import { belongsToSocket } from '../sockets.ts'
import type { Unknown } from '../truth.ts'
import { conntrackTests, markTests } from './connection.ts'
import {
  addressTypeTests,
  bridgePortTests,
  macTests,
  ownerTests,
  rangeTests,
  reversePathTests,
} from './endpoint-matches.ts'
import { setTests } from './ipset.ts'
import { Options, type Scope, unmodelled } from './options.ts'
import { foreignTests, icmpTests, multiportTests, portTests } from './ports.ts'
import {
  chanceTests,
  connectionLimitTests,
  lengthTests,
  lifeTests,
  packetTypeTests,
  quotaTests,
  rateTests,
  segmentSizeTests,
} from './sizes.ts'
import type { Part } from './words.ts'

const never = (): Test[] => [() => false]
const always = (options: Options): Test[] => {
  options.take('--comment')
  return []
}

// Matches by name. A match that is not here, or an option that is not understood, is an unknown condition.
const matches: Record<string, (options: Options) => Test[]> = {
  tcp: portTests,
  udp: portTests,
  multiport: multiportTests,
  icmp: icmpTests,
  icmp6: icmpTests,
  sctp: foreignTests,
  dccp: foreignTests,
  udplite: foreignTests,
  ah: never,
  esp: never,
  conntrack: conntrackTests,
  state: conntrackTests,
  mark: markTests,
  connmark: markTests,
  addrtype: addressTypeTests,
  iprange: rangeTests,
  physdev: bridgePortTests,
  mac: macTests,
  owner: ownerTests,
  rpfilter: reversePathTests,
  set: setTests,
  limit: rateTests,
  hashlimit: rateTests,
  connlimit: connectionLimitTests,
  quota: quotaTests,
  statistic: chanceTests,
  length: lengthTests,
  pkttype: packetTypeTests,
  ttl: lifeTests,
  hl: lifeTests,
  tcpmss: segmentSizeTests,
  comment: always,
}

const kinds: Record<string, Unknown['kind']> = {
  bpf: 'bpf',
  time: 'time',
  recent: 'limit',
  string: 'content',
  u32: 'content',
  connbytes: 'content',
}

// What iptables prints for a time without an end: the last second that it can count.
const isEver = ({ name, args, negated }: Part['options'][number]): boolean =>
  !negated && (name === '--kerneltz' || (name === '--datestop' && args[0]?.startsWith('2038-01-19T03:14:0') === true))

/** The conditions of one match of a rule. */
export function matchTests({ name, options }: Part, scope: Scope): Test[] {
  const known = Object.hasOwn(matches, name) ? matches[name] : undefined
  if (known) return known(new Options(name, options, scope))
  if (name === 'time' && options.every(isEver)) return []
  const words = options.map((option) => [...(option.negated ? ['!'] : []), option.name, ...option.args].join(' '))
  const why = unmodelled(name, scope, words.join(' '), kinds[name] ?? 'statement')
  if (name === 'socket') {
    const wildcard = options.some((option) => option.name === '--nowildcard')
    return [(context) => (belongsToSocket(scope.listeners, wildcard, context) ? why : false)]
  }
  if (name === 'policy') {
    const truth = ofNoPolicy(options) ?? why
    return [({ host }) => (host.hasIpsec === false ? truth : why)]
  }
  return [() => why]
}

/**
 * Whether a packet that IPsec does not transform meets `-m policy`; undefined where its options are not listed. Source:
 * linux/net/netfilter/xt_policy.c, policy_mt.
 */
function ofNoPolicy(options: Part['options']): boolean | undefined {
  const pol = options.find(({ name }) => name === '--pol')?.args[0]
  return pol === undefined ? undefined : pol === 'none'
}
