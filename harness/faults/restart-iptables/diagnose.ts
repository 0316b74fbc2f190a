import type { Facts } from '../../evidence/facts.ts'
import type { Diagnosis } from '../fault.ts'
import { remedies } from '../remedies.ts'
import { fixes } from './fixes.ts'

// The base chains from which dockerd leads packets into its own, by table.
const entrances = { filter: ['FORWARD'], nat: ['PREROUTING', 'OUTPUT'] } as const
type Table = keyof typeof entrances

const firewalls = ['iptables', 'netfilter-persistent', 'nftables', 'firewalld', 'ufw'].map((name) => `${name}.service`)

/**
 * Flushed: dockerd runs and is to program iptables, and a whole table leads no packet into any of its chains. Each table
 * is judged apart, for an intact nat table (“the MASQUERADE rule is there”) says nothing of filter. Rules that are
 * missing one by one are another cause.
 */
export function diagnose(facts: Facts): Diagnosis | undefined {
  if (!programsIptables(facts) || !facts.iptables.listed) return undefined
  const lost = (['filter', 'nat'] as const).filter((table) => jumps(facts, table).length === 0)
  const kept = (['filter', 'nat'] as const).filter((table) => !lost.includes(table))
  if (lost.length === 0) return undefined
  // With iptables=false dockerd turns the masquerading of its default bridge off: it may never have had any rules. With
  // ip-masq=false it does so too, and has every other rule.
  const off = defaultBridge(facts)?.options[masquerade] === 'false'
  if (kept.length === 0 && off && !toldNotToMasquerade(facts)) return undefined

  const culprits = startedAfterDocker(facts)
  const byService = culprits.some((unit) => known(facts, unit).includes('iptables.service'))
  return {
    cause: 'rules-flushed',
    state: 'active',
    confidence: kept.length > 0 || culprits.length > 0 ? 'certain' : 'likely',
    summary: `Docker’s rules are gone from ${tables(lost)} while dockerd runs: ${outcome(lost)}. ${
      culprits.length > 0
        ? `${culprits.map((unit) => known(facts, unit)).join(', ')} started after docker.service, and put other rules in their place.`
        : 'No firewall service has started since docker.service: they were flushed or restored over by hand, or by a reload.'
    }${kept.length > 0 ? ` The ${kept[0]} table is as Docker left it, which says nothing of ${lost[0]}.` : ''}`,
    evidence: [
      ...lost.flatMap((table) => leftIn(facts, table)),
      ...kept.map((table) => ({ from: `iptables-save -t ${table}`, line: jumps(facts, table)[0]! })),
      ...culprits.map((unit) => ({ from: 'systemctl show', line: times(facts, unit) })),
      ...journal(facts),
    ],
    ...remedies(fixes),
    ...(!byService && { fixes: ['restart-docker'] }),
  }
}

const masquerade = 'com.docker.network.bridge.enable_ip_masquerade'
const defaultBridge = ({ docker }: Facts) => docker.networks.find(({ name }) => name === 'bridge')

const toldNotToMasquerade = ({ docker }: Facts): boolean =>
  docker.config['ip-masq'] === false || docker.command.some((word) => /^--ip-masq=(false|f|0)$/i.test(word))

/** Whether dockerd runs with networks to program iptables for, and is told nowhere to leave it alone. */
function programsIptables({ units, docker, nft }: Facts): boolean {
  const told = docker.command.some((word) => /^--iptables=(false|f|0)$/i.test(word)) || docker.config.iptables === false
  // The backend of Docker 29 and later that uses no iptables at all.
  const native = nft.some(({ table }) => table === 'docker-bridges')
  return (
    units['docker.service']?.active === 'active' &&
    !told &&
    !native &&
    docker.networks.some(({ internal }) => !internal)
  )
}

/**
 * The rules that lead from a table's base chains into Docker's, but for DOCKER-USER, which belongs to the admin and is
 * often part of what he restores. Both listings are asked: iptables-save leaves out a table that it cannot read.
 */
function jumps({ ruleset, nft }: Facts, table: Table): string[] {
  const entrance = (chain: string): boolean => (entrances[table] as readonly string[]).includes(chain)
  const docker = (target: unknown): boolean =>
    typeof target === 'string' && /^DOCKER(-|$)/.test(target) && target !== 'DOCKER-USER'
  const saved = ruleset.rules.filter((rule) => rule.table === table && entrance(rule.chain) && docker(rule.target))
  const native = nft
    .filter((chain) => chain.family === 'ip' && chain.table === table && entrance(chain.name))
    .flatMap(({ rules }) =>
      rules.flatMap(({ expr }) => expr.flatMap(({ jump }) => (jump as { target?: string })?.target ?? [])),
    )
    .filter(docker)
  return [...saved.map(({ text }) => text), ...native.map((target) => `jump ${target}`)]
}

/** The firewall services that became active after docker.service. */
function startedAfterDocker({ units }: Facts): string[] {
  const docker = units['docker.service']?.activeSinceUs ?? 0
  return firewalls.filter((name) => units[name]?.active === 'active' && units[name].activeSinceUs > docker)
}

/** A unit by its name and, where systemd answers to iptables.service by showing it, by that one too. */
const known = ({ units }: Facts, unit: string): string =>
  unit === 'netfilter-persistent.service' && !units['iptables.service'] ? `${unit} (iptables.service)` : unit

const times = ({ units }: Facts, unit: string): string => {
  const seconds = (name: string): string => `${((units[name]?.activeSinceUs ?? 0) / 1e6).toFixed(1)} s`
  return `${unit} became active ${seconds(unit)} after boot, docker.service ${seconds('docker.service')}`
}

/** What stands in a table's base chains instead. */
function leftIn({ ruleset }: Facts, table: Table): Diagnosis['evidence'] {
  const from = `iptables-save -t ${table}`
  const left = ruleset.rules.filter((rule) => rule.table === table && rule.chain === entrances[table][0])
  const none = `${entrances[table][0]} leads into no chain of Docker’s${left.length === 0 ? '; it has no rules' : ''}`
  return [{ from, line: none }, ...left.slice(-2).map(({ text }) => ({ from, line: text }))]
}

const journal = ({ docker }: Facts): Diagnosis['evidence'] =>
  docker.journal
    .filter((line) => /No chain\/target\/match by that name|Chain '?DOCKER\S* does not exist/.test(line))
    .slice(-1)
    .map((line) => ({ from: 'journalctl -u docker', line }))

const tables = (lost: readonly Table[]): string => `the ${lost.join(' and ')} table${lost.length > 1 ? 's' : ''}`

const outcome = (lost: readonly Table[]): string =>
  lost.includes('filter')
    ? 'nothing is let through to or from containers, no network can be made and no port published'
    : 'containers leave with addresses of their own, and published ports answer through docker-proxy alone'
