import type { Facts } from '../evidence/facts.ts'
import { invocation } from '../lib/invocation.ts'
import type { Walk } from './flow.ts'

// An answer from elsewhere may take this long.
const slowestS = 1

const timeouts: Readonly<Record<string, readonly string[]>> = {
  tcp: ['tcp_timeout_syn_sent', 'tcp_timeout_syn_recv', 'tcp_timeout_established'],
  udp: ['udp_timeout', 'udp_timeout_stream'],
  icmp: ['icmp_timeout', 'icmpv6_timeout'],
}

/**
 * A walk that passes, unless the kernel forgets its connection before an answer may come: then NAT and rules for known
 * connections do not fit the answer. Source: linux/Documentation/networking/nf_conntrack-sysctl.rst.
 */
export function unlessForgotten(walk: Walk, { sysctls }: Pick<Facts, 'sysctls'>): Walk {
  const { flow, end } = walk
  const names = (timeouts[flow.protocol] ?? []).map((name) => `net.netfilter.nf_conntrack_${name}`)
  const short = names.find((name) => sysctls[name] !== undefined && Number(sysctls[name]) <= slowestS)
  if (end !== 'passes' || short === undefined) return walk
  // The path of other flows may not be simulated yet.
  const last = walk.path.findLast(({ location }) => tracking.has(location))
  if (!last) return walk
  const forgets = `the kernel forgets such connections after ${sysctls[short]} s (${short})`
  const message = `The answer arrives in time only if it is quick: ${forgets}.`
  const drop = { way: 'back', location: last.location, end: 'dropped', message: forgets } as const
  const setting = { name: short, value: sysctls[short]! }
  const doubt = { message, kind: 'time', key: short, holds: false, settle: invocation('diagnose', '--trace') } as const
  return { ...walk, end: 'unclear', drop: { ...drop, setting }, doubts: [...walk.doubts, doubt] }
}

const tracking = new Set(['prerouting', 'output'])
