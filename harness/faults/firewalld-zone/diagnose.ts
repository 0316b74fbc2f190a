import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { compareVersions } from '../../lib/text.ts'
import { netOf } from '../../simulate/net.ts'
import type { RuleStep } from '../../simulate/rules/index.ts'
import { egressPacket } from '../../simulate/translation.ts'
import type { Diagnosis } from '../fault.ts'
import { remedies } from '../remedies.ts'
import { fixes } from './fixes.ts'

/**
 * firewalld rejects what a Docker bridge sends out: a new connection from it, led through firewalld's own table, ends
 * there. A bridge in another zone that accepts it works, until dockerd starts next: it asks for zone docker.
 */
export function diagnose(facts: Facts): Diagnosis | undefined {
  if (facts.units['firewalld.service']?.active !== 'active') return undefined
  if (facts.docker.server === '') return refused(facts)
  const networks = facts.docker.networks.filter(({ internal, subnet }) => !internal && subnet !== '')
  const cut = networks.flatMap((network) => {
    const [tcp, udp, icmp] = (['tcp', 'udp', 'icmp'] as const).map((protocol) => rejection(network, protocol, facts))
    return tcp && udp ? [{ network, rule: tcp, pings: !icmp }] : []
  })
  if (cut.length === 0) return misplaced(networks, facts)

  const pings = cut.every(({ pings }) => pings)
    ? 'Ping and published ports pass firewalld.'
    : 'Published ports pass firewalld, ping does not.'
  const summary = `firewalld rejects what comes from ${list(cut.map(({ network }) => network))}: it is in no zone that accepts it. What Docker's own rules accept does not decide: every base chain has to. ${pings}`
  return found('active', summary, [
    ...cut.map(({ network, rule }) => ({
      from: `nft list ruleset, for a new TCP connection from ${network.bridge} to ${facts.uplink || 'the uplink'}`,
      line: `${rule.table} ${rule.chain}: ${rule.rule}`,
    })),
    ...cut.map(({ network }) => inZones(network.bridge, facts)),
  ])
}

/** Bridges that some zone accepts, but not the one that dockerd, from 20.10 on, asks for when it starts. */
function misplaced(networks: NetworkFact[], facts: Facts): Diagnosis | undefined {
  if (compareVersions(facts.docker.server, '20.10') < 0) return undefined
  const elsewhere = networks.filter(({ bridge }) => ![undefined, 'docker'].includes(zoneOf(bridge, facts)))
  if (elsewhere.length === 0) return undefined
  const summary = `firewalld accepts ${list(elsewhere)}, in another zone than docker. dockerd will not start again: it asks for zone docker, and firewalld does not give the bridge away.`
  return found(
    'latent',
    summary,
    elsewhere.map(({ bridge }) => inZones(bridge, facts)),
  )
}

/** A dockerd that did not start because another zone holds its bridge, and still does. */
function refused(facts: Facts): Diagnosis | undefined {
  const line = facts.docker.journal.findLast((line) => line.includes('ZONE_CONFLICT'))
  const [, bridge] = line?.match(/ZONE_CONFLICT: '([^']+)' already bound/) ?? []
  if (!line || !bridge || [undefined, 'docker'].includes(zoneOf(bridge, facts))) return undefined
  const summary = `dockerd does not start: it asks for zone docker, and firewalld holds ${bridge} in another.`
  return found('active', summary, [{ from: 'journalctl -u docker', line }, inZones(bridge, facts)])
}

/** The rule of firewalld's that ends a new connection from a network, whatever is not known of it. */
function rejection(network: NetworkFact, protocol: 'tcp' | 'udp' | 'icmp', facts: Facts): RuleStep | undefined {
  const packet = egressPacket(network, facts, protocol)
  const worlds = netOf(facts).firewall.pass('ip', 'forward', packet, facts.uplink, { goOn: true })
  const rules = worlds.map(({ terminating }) => terminating.find(({ table }) => table === 'inet firewalld'))
  return rules.every((rule) => rule !== undefined) ? rules[0] : undefined
}

const zoneOf = (bridge: string, { firewalld }: Facts): string | undefined =>
  Object.entries(firewalld.zones).find(([, interfaces]) => interfaces.includes(bridge))?.[0]

function inZones(bridge: string, facts: Facts): Diagnosis['evidence'][number] {
  const zone = zoneOf(bridge, facts)
  const line = zone ?? `no zone, so that the default one holds for it: ${facts.firewalld.defaultZone}`
  return { from: 'firewall-cmd --get-active-zones', line: `${bridge}: ${line}` }
}

const list = (networks: NetworkFact[]): string => networks.map(({ bridge }) => bridge).join(', ')

const found = (state: Diagnosis['state'], summary: string, evidence: Diagnosis['evidence']): Diagnosis => ({
  cause: 'firewalld-zone',
  state,
  confidence: 'certain',
  summary,
  evidence,
  ...remedies(fixes),
})
