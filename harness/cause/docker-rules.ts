import type { Facts, NetworkFact, PortFact } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { makesRulesByIptables, readIntent } from '../simulate/intent.ts'

/** The base chains that jump to dockerd's own, by table. */
export const entrances = { filter: ['FORWARD'], nat: ['PREROUTING', 'OUTPUT'] } as const
export type Table = keyof typeof entrances

/**
 * The tables that jump to none of dockerd's chains. Each is judged alone: an intact nat proves nothing for filter. With
 * its nftables backend dockerd has one table for both.
 */
export const lostTables = oncePer((facts: Facts): Table[] => {
  if (isNativeTableGone(facts)) return ['filter', 'nat']
  return programsIptables(facts) ? (['filter', 'nat'] as const).filter((table) => jumps(facts, table).length === 0) : []
})

/** Whether dockerd is to use nftables, and its table is gone. Source: docs.docker.com, "Docker with nftables". */
export const isNativeTableGone = (facts: Facts): boolean =>
  readIntent(facts).backend === 'nftables' &&
  facts.docker.answers &&
  facts.docker.networks.some(({ internal }) => !internal) &&
  facts.sections['rules-native']?.status === 'ok' &&
  !hasNativeTable(facts)

const hasNativeTable = ({ nft }: Facts): boolean =>
  nft.some(({ family, table }) => family === 'ip' && table === 'docker-bridges')

/** Whether dockerd runs and has networks that need iptables rules. */
export const programsIptables = (facts: Facts): boolean =>
  facts.units['docker.service']?.active === 'active' && hasRulesToKeep(facts)

/** Whether dockerd's networks need iptables rules. */
export const hasRulesToKeep = (facts: Facts): boolean =>
  makesRulesByIptables(facts) && !hasNativeTable(facts) && facts.docker.networks.some(({ internal }) => !internal)

/**
 * The rules that jump from a table's base chains to Docker's. DOCKER-USER does not count: it belongs to the admin, who
 * often restores it. This reads both listings, because iptables-save leaves out tables that it cannot read.
 */
export function jumps({ ruleset, nft }: Facts, table: Table): string[] {
  const isEntrance = (chain: string): boolean => (entrances[table] as readonly string[]).includes(chain)
  const isDockers = (target: unknown): boolean =>
    typeof target === 'string' && /^DOCKER(-|$)/.test(target) && target !== 'DOCKER-USER'
  const saved = ruleset.rules.filter((rule) => rule.table === table && isEntrance(rule.chain) && isDockers(rule.target))
  const native = nft
    .filter((chain) => chain.family === 'ip' && chain.table === table && isEntrance(chain.name))
    .flatMap(({ rules }) =>
      rules.flatMap(({ expr }) => expr.flatMap(({ jump }) => (jump as { target?: string })?.target ?? [])),
    )
    .filter(isDockers)
  return [...saved.map(({ text }) => text), ...native.map((target) => `jump ${target}`)]
}

/** A published port that Docker's chain of the table nat has no rule for. */
export const hasNoRule = (
  { ruleset }: Pick<Facts, 'ruleset'>,
  { port, protocol }: Pick<PortFact, 'port' | 'protocol'>,
): boolean =>
  !ruleset.rules.some(
    (each) => each.table === 'nat' && each.chain === 'DOCKER' && each.port === port && each.protocol === protocol,
  )

/** The networks whose bridge none of dockerd's own filter chains names, while the chains themselves are there. */
export const networksWithoutRules = oncePer((facts: Facts): NetworkFact[] => {
  if (!hasChains(facts)) return []
  const own = facts.ruleset.rules.filter(({ table, chain }) => table === 'filter' && /^DOCKER(-|$)/.test(chain))
  const named = new Set(own.flatMap(({ input, output }) => [input, output]).map((device) => device?.replace('!', '')))
  return facts.docker.networks.filter(({ internal, bridge }) => !internal && !named.has(bridge))
})

/** The published ports that Docker's chain has no rule for, while its chains are there: `8080/tcp`. */
export const portsWithoutRule = oncePer((facts: Facts): string[] => {
  if (!hasChains(facts)) return []
  const published = facts.docker.containers.flatMap(({ mode, published }) => (mode === 'host' ? [] : published))
  const bare = published.filter((each) => each.port !== 0 && hasNoRule(facts, each))
  return [...new Set(bare.map(({ port, protocol }) => `${port}/${protocol}`))].sort()
})

/** Whether every table that needs them still leads to dockerd's own chains. */
const hasChains = (facts: Facts): boolean =>
  programsIptables(facts) && facts.iptables.listed && lostTables(facts).length === 0

/** The commands of other dockerd processes on this host than the one that answers. */
export const otherDockerds = ({ docker }: Facts): Facts['docker']['processes'] => docker.processes.slice(1)
