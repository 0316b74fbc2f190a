import { absent, type Detection, defineCause, type Evidence, present, unknown } from '../../cause/cause.ts'
import { bridgesElsewhere, zoneConflict, zoneOf } from '../../cause/restart.ts'
import type { Facts } from '../../evidence/facts.ts'
import { type Cut, cutOff } from './cut-off.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * firewalld rejects new connections from a Docker bridge: simulated, they end in firewalld's own table. A bridge in
 * another zone that accepts them works until dockerd starts next, because dockerd wants zone docker.
 */
export const firewalldZone = defineCause({
  id: 'firewalld-zone',
  title: 'firewalld rejects packets from Docker’s bridges',
  needs: ['units', 'firewalld', 'rules-native'],
  detect(facts) {
    if (facts.units['firewalld.service']?.active !== 'active') return absent('firewalld does not run')
    if (facts.docker.server === '') return whileDown(facts)
    const cut = cutOff(facts)
    if (cut.length > 0) return rejected(cut, facts)
    const elsewhere = bridgesElsewhere(facts)
    return elsewhere.length > 0
      ? misplaced(elsewhere, facts)
      : absent('firewalld accepts packets from every Docker bridge')
  },
  explains: (symptom, facts) => {
    if (symptom.kind === 'daemon') return symptom.error.includes('ZONE_CONFLICT')
    if (symptom.kind !== 'flow' || symptom.drop?.rule?.table !== 'inet firewalld') return false
    return cutOff(facts).some(({ network }) => network.name === symptom.flow.network)
  },
  remedies,
  temptations,
})

function rejected(cut: readonly Cut[], facts: Facts): Detection {
  const pings = cut.every(({ pings }) => pings)
    ? 'Ping and published ports pass firewalld.'
    : 'Published ports pass firewalld; ping does not.'
  const held = cut.length > 1 ? 'these bridges are' : 'the bridge is'
  const words = `firewalld rejects packets from ${list(cut.map(({ network }) => network.bridge))}: ${held} in no zone that accepts them. Docker’s own rules do accept them, but every base chain has to. ${pings}`
  return present({
    confidence: 'certain',
    active: words,
    latent: words,
    evidence: [
      ...cut.map(({ network, rule }) => ({
        from: `nft list ruleset, for a new TCP connection from ${network.bridge} to ${facts.uplink || 'the uplink'}`,
        line: `${rule.table} ${rule.chain}: ${rule.rule}`,
      })),
      ...cut.map(({ network }) => inZones(network.bridge, facts)),
    ],
  })
}

function misplaced(bridges: readonly string[], facts: Facts): Detection {
  const words = `firewalld accepts packets from ${list(bridges)}, but in a zone other than docker. dockerd will not start again: it asks for zone docker, and firewalld does not move the bridge.`
  const evidence = bridges.map((bridge) => inZones(bridge, facts))
  return present({ confidence: 'certain', active: words, latent: words, evidence })
}

/** dockerd did not start because another zone holds its bridge, and that zone still does. */
function whileDown(facts: Facts): Detection {
  const conflict = zoneConflict(facts)
  const [bridge] = bridgesElsewhere(facts)
  if (!bridge || !conflict) return unknown('dockerd does not answer, so its bridges are unknown')
  const words = `dockerd does not start: it asks firewalld for zone docker, but firewalld holds ${bridge} in another zone.`
  const evidence = [{ from: 'journalctl -u docker', line: conflict.line }, inZones(bridge, facts)]
  return present({ confidence: 'certain', active: words, latent: words, evidence })
}

function inZones(bridge: string, facts: Facts): Evidence {
  const line = zoneOf(bridge, facts) ?? `no zone, so the default zone applies: ${facts.firewalld.defaultZone}`
  return { from: 'firewall-cmd --get-active-zones', line: `${bridge}: ${line}` }
}

const list = (bridges: readonly string[]): string => bridges.join(', ')
