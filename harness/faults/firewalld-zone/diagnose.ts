import type { NetworkFact } from '../../evidence/docker.ts'
import type { Facts } from '../../evidence/facts.ts'
import { type Packet, type Passage, walk } from '../../evidence/nft-walk.ts'
import { compareVersions } from '../../lib/text.ts'
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
    const [tcp, udp, icmp] = (['tcp', 'udp', 'icmp'] as const).map((protocol) => egress(network, protocol, facts))
    return stopped(tcp) && stopped(udp) ? [{ network, passage: tcp!, pings: !stopped(icmp) }] : []
  })
  if (cut.length === 0) return misplaced(networks, facts)

  const pings = cut.every(({ pings }) => pings)
    ? 'Ping and published ports pass firewalld.'
    : 'Published ports pass firewalld, ping does not.'
  const summary = `firewalld rejects what comes from ${list(cut.map(({ network }) => network))}: it is in no zone that accepts it. What Docker's own rules accept does not decide: every base chain has to. ${pings}`
  return found('active', summary, [
    ...cut.map(({ network, passage }) => ({
      from: `nft list ruleset, for a new TCP connection from ${network.bridge} to ${facts.uplink || 'the uplink'}`,
      line: `inet firewalld ${passage.path}`,
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

function egress({ bridge, subnet }: NetworkFact, protocol: Packet['protocol'], facts: Facts): Passage | undefined {
  const base = facts.nft.find(
    ({ table, type, hook }) => table === 'firewalld' && type === 'filter' && hook === 'forward',
  )
  const source = subnet.split('/')[0]!
  return base && walk(base, { input: bridge, output: facts.uplink, protocol, source }, facts.nft)
}

const stopped = (passage: Passage | undefined): boolean => ['drop', 'reject'].includes(passage?.verdict ?? '')

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
