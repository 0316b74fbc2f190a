import { absent, type Detection, defineCause, type Evidence, present, unknown } from '../../cause/cause.ts'
import { bridgesElsewhere, zoneConflict, zoneOf } from '../../cause/restart.ts'
import type { Facts } from '../../evidence/facts.ts'
import { type Cut, cutOff } from './cut-off.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * firewalld rejects what a Docker bridge sends out: a new connection from it, led through firewalld's own table, ends
 * there. A bridge in another zone that accepts it works, until dockerd starts next: it asks for zone docker.
 */
export const firewalldZone = defineCause({
  id: 'firewalld-zone',
  title: 'firewalld rejects what Docker’s bridges send',
  needs: ['units', 'firewalld', 'rules-native'],
  detect(facts) {
    if (facts.units['firewalld.service']?.active !== 'active') return absent('firewalld does not run')
    if (facts.docker.server === '') return whileDown(facts)
    const cut = cutOff(facts)
    if (cut.length > 0) return rejected(cut, facts)
    const elsewhere = bridgesElsewhere(facts)
    return elsewhere.length > 0 ? misplaced(elsewhere, facts) : absent('firewalld lets every Docker bridge through')
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
    : 'Published ports pass firewalld, ping does not.'
  const words = `firewalld rejects what comes from ${list(cut.map(({ network }) => network.bridge))}: it is in no zone that accepts it. What Docker’s own rules accept does not decide: every base chain has to. ${pings}`
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
  const words = `firewalld accepts ${list(bridges)}, in another zone than docker. dockerd will not start again: it asks for zone docker, and firewalld does not give the bridge away.`
  const evidence = bridges.map((bridge) => inZones(bridge, facts))
  return present({ confidence: 'certain', active: words, latent: words, evidence })
}

/** A dockerd that did not start because another zone holds its bridge, and still does. */
function whileDown(facts: Facts): Detection {
  const conflict = zoneConflict(facts)
  const [bridge] = bridgesElsewhere(facts)
  if (!bridge || !conflict) return unknown('dockerd does not answer: which bridges are its own is not known')
  const words = `dockerd does not start: it asks for zone docker, and firewalld holds ${bridge} in another.`
  const evidence = [{ from: 'journalctl -u docker', line: conflict.line }, inZones(bridge, facts)]
  return present({ confidence: 'certain', active: words, latent: words, evidence })
}

function inZones(bridge: string, facts: Facts): Evidence {
  const line = zoneOf(bridge, facts) ?? `no zone, so that the default one holds for it: ${facts.firewalld.defaultZone}`
  return { from: 'firewall-cmd --get-active-zones', line: `${bridge}: ${line}` }
}

const list = (bridges: readonly string[]): string => bridges.join(', ')
