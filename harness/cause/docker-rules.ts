import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { readIntent } from '../simulate/intent.ts'

/** The base chains from which dockerd leads packets into its own, by table. */
export const entrances = { filter: ['FORWARD'], nat: ['PREROUTING', 'OUTPUT'] } as const
export type Table = keyof typeof entrances

/** The tables that lead no packet into any of dockerd’s chains. Each is judged apart: an intact nat says nothing of filter. */
export const lostTables = oncePer((facts: Facts): Table[] =>
  programsIptables(facts) ? (['filter', 'nat'] as const).filter((table) => jumps(facts, table).length === 0) : [],
)

/** Whether dockerd runs with networks to program iptables for. */
export const programsIptables = (facts: Facts): boolean =>
  facts.units['docker.service']?.active === 'active' && hasRulesToKeep(facts)

/** Whether dockerd's networks are to have rules of iptables. */
export function hasRulesToKeep(facts: Facts): boolean {
  const { docker, nft } = facts
  // The backend of Docker 29 and later that uses no iptables at all.
  const native = nft.some(({ table }) => table === 'docker-bridges')
  return readIntent(facts).programsIptables && !native && docker.networks.some(({ internal }) => !internal)
}

/**
 * The rules that lead from a table's base chains into Docker's, but for DOCKER-USER, which belongs to the admin and is
 * often part of what he restores. Both listings are read: iptables-save leaves out a table that it cannot read.
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
