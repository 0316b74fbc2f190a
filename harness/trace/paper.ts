import type { Facts } from '../evidence/facts.ts'
import { walk } from '../evidence/nft-walk.ts'
import { walkIptables } from './iptables-walk.ts'
import { ownerOf } from './owner.ts'
import type { Flow, Hook, Hop } from './trace.ts'

/** A decision on paper; `unknown` where the rules alone do not tell. */
export type PaperHop = Omit<Hop, 'verdict'> & { verdict: Hop['verdict'] | 'unknown' }

// Priorities of the tables of iptables in each hook. Source: linux/netfilter_ipv4.h.
const xtables: Record<Hook, [table: string, priority: number][]> = {
  prerouting: [
    ['raw', -300],
    ['mangle', -150],
    ['nat', -100],
  ],
  input: [
    ['mangle', -150],
    ['filter', 0],
    ['security', 50],
  ],
  forward: [
    ['mangle', -150],
    ['filter', 0],
    ['security', 50],
  ],
  postrouting: [
    ['mangle', -150],
    ['nat', 100],
  ],
}

/** On which way a packet is, between which devices, and how it looks by then. */
export interface Leg {
  way: 'out' | 'back'
  input: string
  output: string
  /** What the source was translated to on the way out; the container's own address where it was not. */
  seenAs: string
}

const outputIn = (hook: Hook, { output }: Leg): string => (hook === 'prerouting' || hook === 'input' ? '' : output)

/** An answer is due to the translated address, until that is translated back after prerouting. */
const endsOf = (
  hook: Hook,
  { way, seenAs }: Leg,
  { source, address }: Flow,
): { source: string; destination: string } =>
  way === 'out'
    ? { source, destination: address }
    : { source: address, destination: hook === 'prerouting' ? seenAs : source }

/** What all tables of one hook decide, in the kernel's order, up to the one that ends it. */
export function decide(hook: Hook, leg: Leg, flow: Flow, facts: Facts): PaperHop[] {
  const bases = [
    ...(['nft', 'legacy'] as const).flatMap((backend) =>
      xtables[hook].map(([table, priority]) => ({
        priority,
        walk: () => byIptables(backend, table, hook, leg, flow, facts),
      })),
    ),
    ...facts.nft
      .filter((base) => base.hook === hook && !isXtables(base, facts) && ['ip', 'inet'].includes(base.family))
      .map((base) => ({ priority: base.prio ?? 0, walk: () => byNft(base, hook, leg, flow, facts) })),
  ].sort((a, b) => a.priority - b.priority)
  const hops: PaperHop[] = []
  for (const base of bases) {
    const hop = base.walk()
    if (!hop) continue
    hops.push({ ...hop, hook } as PaperHop)
    if (hop.verdict === 'drop' || hop.verdict === 'reject') break
  }
  return hops
}

/** A table that iptables-nft keeps: iptables-save tells of it, in its own words. */
export const isXtables = ({ family, table }: { family: string; table: string }, { xtables: { nft } }: Facts): boolean =>
  family === 'ip' && nft.chains.some((each) => each.table === table)

function byIptables(
  backend: 'nft' | 'legacy',
  table: string,
  hook: Hook,
  leg: Leg,
  flow: Flow,
  facts: Facts,
): Omit<PaperHop, 'hook'> | undefined {
  // Only a connection's first packet is shown to nat.
  if (table === 'nat' && leg.way === 'back') return undefined
  const found = walkIptables(facts.xtables[backend], table, hook.toUpperCase(), {
    input: hook === 'postrouting' ? '' : leg.input,
    output: outputIn(hook, leg),
    protocol: flow.protocol,
    ...endsOf(hook, leg, flow),
    state: leg.way === 'out' ? 'NEW' : 'ESTABLISHED',
    port: flow.port,
  })
  if (!found) return undefined
  const at = { backend, table: `ip ${table}`, chain: found.chain, rule: found.rule }
  return {
    ...at,
    rule: found.rule || `policy ${found.verdict}`,
    verdict: found.verdict,
    owner: ownerOf(at, facts),
  }
}

function byNft(
  base: Facts['nft'][number],
  hook: Hook,
  leg: Leg,
  flow: Flow,
  facts: Facts,
): Omit<PaperHop, 'hook'> | undefined {
  if (base.type === 'nat' && leg.way === 'back') return undefined
  const found = walk(
    base,
    {
      input: leg.input,
      output: outputIn(hook, leg),
      protocol: flow.protocol,
      ...endsOf(hook, leg, flow),
      ...(leg.way === 'out' ? { port: flow.port, state: 'new' } : { state: 'established' }),
    },
    facts.nft,
  )
  const table = `${base.family} ${base.table}`
  const text = found.rule ? (facts.ruleTexts.get(`${table} ${found.rule.handle}`) ?? found.path) : ''
  return {
    backend: 'nft',
    table,
    chain: found.chain,
    rule: text || `policy ${base.policy}`,
    verdict: found.verdict,
    owner: ownerOf({ backend: 'nft', table, chain: found.chain, rule: text }, facts),
  }
}
