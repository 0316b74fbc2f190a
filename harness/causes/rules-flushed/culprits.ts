import type { Facts } from '../../evidence/facts.ts'

const firewalls = ['iptables', 'netfilter-persistent', 'nftables', 'firewalld', 'ufw'].map((name) => `${name}.service`)

/** The firewall services that became active after docker.service. */
export function startedAfterDocker({ units }: Facts): string[] {
  const docker = units['docker.service']?.activeSinceUs ?? 0
  return firewalls.filter((name) => units[name]?.active === 'active' && units[name].activeSinceUs > docker)
}

/** A unit's name, with its alias iptables.service where Debian's unit has that one. */
export const alias = ({ units }: Facts, unit: string): string =>
  unit === 'netfilter-persistent.service' && !units['iptables.service'] ? `${unit} (iptables.service)` : unit

/** The service to blame that a drop-in can tie docker to; undefined where there is none. */
export function unitToFollow(facts: Facts): 'iptables.service' | 'nftables.service' | undefined {
  const started = startedAfterDocker(facts).map((unit) => alias(facts, unit))
  if (started.some((unit) => unit.includes('iptables.service'))) return 'iptables.service'
  return started.includes('nftables.service') ? 'nftables.service' : undefined
}

/**
 * The line of a file that flushes every table of every program, and the tables that the file makes. Undefined where none
 * of these tables is loaded: then the file was not applied.
 */
export function flushingFile({ savedRules, nft }: Facts): { file: string; line: string; tables: string[] } | undefined {
  const flush = savedRules.find(({ file, line }) => file.includes('nftables') && /^\s*flush ruleset\b/.test(line))
  if (!flush) return undefined
  const tables = savedRules.flatMap(({ file, line }) =>
    file === flush.file ? (line.match(/^\s*(?:add )?table (\w+ [\w-]+)/)?.[1] ?? []) : [],
  )
  const loaded = tables.some((table) => nft.some((chain) => `${chain.family} ${chain.table}` === table))
  return loaded ? { ...flush, tables } : undefined
}
