import type { Facts, ModuleFact } from '../evidence/facts.ts'
import { compareVersions } from '../lib/text.ts'

/** Why dockerd would not start if it were restarted now, in words; undefined where nothing known keeps it down. */
export function restartBlocker(facts: Facts): string | undefined {
  const bridge = bridgesElsewhere(facts)[0]
  if (bridge) return `firewalld holds ${bridge} in zone ${zoneOf(bridge, facts)}, and dockerd asks for zone docker`
  const missing = missingNatModules(facts)
  if (missing.length > 0) return `the running kernel cannot load ${missing.map(({ name }) => name).join(', ')}`
  const orphan = orphanOf(facts)
  return orphan && `a network on record still holds ${orphan.bridge}`
}

/** The active zone of firewalld that holds a device. */
export const zoneOf = (device: string, { firewalld }: Pick<Facts, 'firewalld'>): string | undefined =>
  Object.entries(firewalld.zones).find(([, devices]) => devices.includes(device))?.[0]

/** Bridges of Docker's that another zone than the one dockerd, from 20.10 on, asks for when it starts holds. */
export function bridgesElsewhere(facts: Facts): string[] {
  if (facts.units['firewalld.service']?.active !== 'active') return []
  const isElsewhere = (bridge: string): boolean => ![undefined, 'docker'].includes(zoneOf(bridge, facts))
  if (facts.docker.server === '') {
    const refused = zoneConflict(facts)?.bridge
    return refused && isElsewhere(refused) ? [refused] : []
  }
  if (compareVersions(facts.docker.server, '20.10') < 0) return []
  return facts.docker.networks.map(({ bridge }) => bridge).filter(isElsewhere)
}

/** What dockerd said last of a bridge that another zone holds. */
export function zoneConflict({ docker }: Facts): { bridge: string; line: string } | undefined {
  const line = docker.journal.findLast((each) => each.includes('ZONE_CONFLICT'))
  const [, bridge] = line?.match(/ZONE_CONFLICT: '([^']+)' already bound/) ?? []
  return line && bridge ? { bridge, line } : undefined
}

// What dockerd needs in order to program NAT, by iptables backend.
const nat = {
  nft: ['nf_tables', 'nft_compat', 'nft_chain_nat', 'nf_nat', 'xt_MASQUERADE', 'xt_conntrack', 'xt_addrtype'],
  legacy: ['ip_tables', 'iptable_nat', 'iptable_filter', 'nf_nat', 'xt_MASQUERADE', 'xt_conntrack', 'xt_addrtype'],
}

/** Modules without which dockerd programs no NAT, and that the running kernel cannot load. */
export function missingNatModules({ modules, iptables }: Facts): ModuleFact[] {
  const needed = iptables.version.includes('legacy') ? nat.legacy : nat.nft
  return modules.filter(({ name, state }) => state === 'missing' && needed.includes(name))
}

// Source: moby v26, libnetwork/drivers/bridge: a network conflicts with another of the same bridge.
const conflict =
  /creating default "bridge" network: cannot create network \w+ \((\S+)\): (conflicts with network (\w+) \(\1\): networks have same bridge name)/

/** A record of a default network that a failed start has left; the last words of a dockerd that is down show it. */
export function orphanOf({ docker, units }: Facts): { bridge: string; id: string; line: string } | undefined {
  if (docker.server !== '' || units['docker.service']?.active === 'active') return undefined
  const last = docker.journal.findLast((line) => line.includes('failed to start daemon'))
  const [, bridge, line, id] = last?.match(conflict) ?? []
  return bridge && line && id ? { bridge, id, line } : undefined
}

/**
 * Whether a start has failed in a way that leaves such a record: Docker 26 makes its default network, fails over its
 * rules, and deletes the network without its bridge's record. Seen on 26.1; 20.10 spells the message otherwise and recovers.
 */
export const leavesOrphan = ({ docker }: Facts): boolean =>
  docker.journal.some((line) => /failed to start daemon: .*: error creating default "bridge" network/.test(line))
