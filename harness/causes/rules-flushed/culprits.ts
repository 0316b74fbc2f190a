import type { BootLine, Facts } from '../../evidence/facts.ts'
import { groupBy } from '../../lib/group.ts'
import { fermLines, sharesTables } from '../../simulate/ferm.ts'

const firewalls = [
  'iptables',
  'netfilter-persistent',
  'nftables',
  'firewalld',
  'ufw',
  'ferm',
  'shorewall',
  'firehol',
].map((name) => `${name}.service`)

/** When a service started, in microseconds since boot; 0 for never. */
export const startOf = ({ units, firewallScripts }: Facts, unit: string): number =>
  Math.max(
    units[unit]?.activeSinceUs ?? 0,
    ...firewallScripts.filter(({ service }) => service === unit).map(({ startedUs }) => startedUs),
  )

const scriptServices = ({ firewallScripts }: Facts): string[] => firewallScripts.flatMap(({ service }) => service ?? [])

/** The firewall services, and the services that run a script which flushes tables, that started after docker.service. */
export function startedAfterDocker(facts: Facts): string[] {
  const running = firewalls.filter((name) => facts.units[name]?.active === 'active')
  const docker = startOf(facts, 'docker.service')
  return [...new Set([...running, ...scriptServices(facts)])].filter((name) => startOf(facts, name) > docker)
}

/** A unit's name, with its alias iptables.service where Debian's unit has that one. */
export const alias = ({ units }: Facts, unit: string): string =>
  unit === 'netfilter-persistent.service' && !units['iptables.service'] ? `${unit} (iptables.service)` : unit

/** The service to blame that a drop-in can tie docker to; undefined where there is none. */
export function unitToFollow(facts: Facts): string | undefined {
  const started = startedAfterDocker(facts)
  if (started.some((unit) => alias(facts, unit).includes('iptables.service'))) return 'iptables.service'
  const others = ['nftables.service', 'ferm.service', ...scriptServices(facts)]
  return started.find((unit) => others.includes(unit))
}

/** At most three files that flush the tables of Docker’s rules each time that they run, with a line of each, the surest first. */
export function flushersOf(facts: Facts): BootLine[] {
  const ferm = sharesTables(facts) ? fermLines(facts) : []
  const found = [flushingFile(facts) ?? [], ferm, facts.firewallScripts].flat()
  return groupBy(found, ({ file }) => file)
    .slice(0, 3)
    .map(([first]) => ({ file: first!.file, line: first!.line.trim() }))
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
