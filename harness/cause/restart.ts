import type { Facts, ModuleFact } from '../evidence/facts.ts'
import { compareVersions } from '../lib/text.ts'
import { currentBackend, makesRulesByIptables } from '../simulate/intent.ts'
import { configErrorOf } from './daemon-config.ts'

/** What a restart of dockerd would meet: `iptables` makes it lose rules, and the others keep it from starting. */
export type RestartBlocker = 'zone' | 'modules' | 'orphan' | 'config' | 'iptables'

/** Why dockerd had better not be restarted now, one sentence for each reason; empty where nothing known is in its way. */
export function restartBlockers(facts: Facts): { kind: RestartBlocker; why: string }[] {
  const bridge = bridgesElsewhere(facts)[0]
  const missing = missingNatModules(facts).map(({ name }) => name)
  const orphan = orphanOf(facts)
  const config = configErrorOf(facts)
  const down = (why: string): string => `dockerd would not start again: ${why}`
  return [
    ...(bridge
      ? [
          {
            kind: 'zone' as const,
            why: down(`firewalld holds ${bridge} in zone ${zoneOf(bridge, facts)}, but dockerd asks for zone docker`),
          },
        ]
      : []),
    ...(missing.length > 0
      ? [{ kind: 'modules' as const, why: down(`the running kernel cannot load ${missing.join(', ')}`) }]
      : []),
    ...(orphan
      ? [{ kind: 'orphan' as const, why: down(`the record of a deleted network still holds ${orphan.bridge}`) }]
      : []),
    ...(config ? [{ kind: 'config' as const, why: down(`it refuses ${config.file} (${config.detail})`) }] : []),
    ...(misreadChecks(facts).length > 0
      ? [{ kind: 'iptables' as const, why: 'dockerd would lose rules as it starts: iptables ignores interfaces' }]
      : []),
  ]
}

/** The self-tests in which iptables finds a rule that is not there. The opposite is another defect. */
export const misreadChecks = ({ iptables }: Facts): Facts['iptables']['selfTest'] =>
  iptables.selfTest.filter(({ seen, sound }) => seen === 0 && sound !== 0)

/** The active zone of firewalld that holds a device. */
export const zoneOf = (device: string, { firewalld }: Pick<Facts, 'firewalld'>): string | undefined =>
  Object.entries(firewalld.zones).find(([, devices]) => devices.includes(device))?.[0]

/** Docker's bridges in a zone other than docker. From 20.10 on dockerd wants zone docker when it starts. */
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

/** dockerd's last error about a bridge in another zone. */
export function zoneConflict({ docker }: Facts): { bridge: string; line: string } | undefined {
  const line = docker.journal.findLast((each) => each.includes('ZONE_CONFLICT'))
  const [, bridge] = line?.match(/ZONE_CONFLICT: '([^']+)' already bound/) ?? []
  return line && bridge ? { bridge, line } : undefined
}

/** The modules that dockerd needs for NAT, by the backend of iptables. */
export const natModules: Readonly<Record<'nft' | 'legacy', readonly string[]>> = {
  nft: ['nf_tables', 'nft_compat', 'nft_chain_nat', 'nf_nat', 'xt_MASQUERADE', 'xt_conntrack', 'xt_addrtype'],
  legacy: ['ip_tables', 'iptable_nat', 'iptable_filter', 'nf_nat', 'xt_MASQUERADE', 'xt_conntrack', 'xt_addrtype'],
}

/** The modules that dockerd needs for NAT and that the running kernel cannot load. It needs none where it makes no rules. */
export const missingNatModules = (facts: Facts): ModuleFact[] =>
  makesRulesByIptables(facts) ? unloadableNatModules(facts) : []

/** The same, whether dockerd is to make rules or not. */
export function unloadableNatModules({ modules, iptables }: Facts): ModuleFact[] {
  const needed = natModules[currentBackend({ iptables })]
  return modules.filter(({ name, state }) => state === 'missing' && needed.includes(name))
}

// Two networks with the same bridge conflict. Source: moby v26, libnetwork/drivers/bridge.
const conflict =
  /creating default "bridge" network: cannot create network \w+ \((\S+)\): (conflicts with network (\w+) \(\1\): networks have same bridge name)/

/** The record of a default network that a failed start left behind, from the last error of a dockerd that is down. */
export function orphanOf({ docker, units }: Facts): { bridge: string; id: string; line: string } | undefined {
  if (docker.server !== '' || units['docker.service']?.active === 'active') return undefined
  const last = docker.journal.findLast((line) => line.includes('failed to start daemon'))
  const [, bridge, line, id] = last?.match(conflict) ?? []
  return bridge && line && id ? { bridge, id, line } : undefined
}

/**
 * Whether a start has failed in a way that leaves such a record: Docker 26 creates its default network, fails to add its
 * rules, and deletes the network but not its bridge's record. Seen on 26.1; 20.10 has another message, and recovers.
 */
export const leavesOrphan = ({ docker }: Facts): boolean =>
  docker.journal.some((line) => /failed to start daemon: .*: error creating default "bridge" network/.test(line))
