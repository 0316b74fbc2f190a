import type { Facts } from '../evidence/facts.ts'
import type { Conditions } from '../scenario/schema.ts'

/**
 * The scenario's conditions that the healthy host's evidence contradicts, as one sentence each. What the evidence does
 * not show contradicts nothing: what `ip-forward` was before dockerd started is not known afterwards.
 */
export function unmetConditions(conditions: Conditions, facts: Facts): string[] {
  const { iptables, xtables, docker, sysctls, units, sections } = facts
  const config = sections['docker-config']?.status === 'ok' ? docker.config : undefined
  const backend = /\((nf_tables|legacy)\)/.exec(iptables.version)?.[1]
  const forward = xtables[conditions.xtables].chains.find(
    ({ table, chain }) => table === 'filter' && chain === 'FORWARD',
  )
  const ipv6 = sysctls['net.ipv6.conf.all.disable_ipv6']
  const bridged = sysctls['net.bridge.bridge-nf-call-iptables']
  const seen: Partial<Record<keyof Conditions, unknown>> = {
    xtables: backend && (backend === 'nf_tables' ? 'nft' : 'legacy'),
    'forward-policy': forward?.policy.toLowerCase(),
    'userland-proxy': config && (config['userland-proxy'] ?? true),
    'live-restore': config && (config['live-restore'] ?? false),
    'br-netfilter': bridged && bridged === '1',
    ipv6: ipv6 && ipv6 === '0',
    firewalld: units['firewalld.service'] && units['firewalld.service'].active === 'active',
    networks: docker.answers ? docker.networks.filter(({ name }) => name.startsWith('probe-')).length : undefined,
  }
  return Object.entries(seen).flatMap(([name, value]) => {
    const wanted = conditions[name as keyof Conditions]
    return value === undefined || value === '' || value === wanted
      ? []
      : [`condition ${name}: pinned to ${wanted}, but the host has ${value}`]
  })
}
