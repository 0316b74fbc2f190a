import type { NetworkFact } from '../../evidence/docker.ts'
import type { Facts } from '../../evidence/facts.ts'
import { type Packet, type Passage, walk } from '../../evidence/nft-walk.ts'
import type { Diagnosis } from '../fault.ts'
import { fixes } from './fixes.ts'

/**
 * firewalld rejects what a Docker bridge sends out: a new connection from it, led through firewalld's own table, ends
 * there. Zone names are evidence only: a bridge in an odd zone whose rules let it pass is well.
 */
export function diagnose(facts: Facts): Diagnosis | undefined {
  if (facts.units['firewalld.service']?.active !== 'active') return undefined
  const cut = facts.docker.networks
    .filter(({ internal, subnet }) => !internal && subnet !== '')
    .flatMap((network) => {
      const [tcp, udp, icmp] = (['tcp', 'udp', 'icmp'] as const).map((protocol) => egress(network, protocol, facts))
      return stopped(tcp) && stopped(udp) ? [{ network, passage: tcp!, pings: !stopped(icmp) }] : []
    })
  if (cut.length === 0) return conflict(facts)

  const bridges = cut.map(({ network }) => network.bridge).join(', ')
  const pings = cut.every(({ pings }) => pings) ? ' Ping passes, and so do published ports.' : ' Published ports pass.'
  return {
    cause: 'firewalld-zone',
    state: 'active',
    confidence: 'certain',
    summary: `firewalld rejects what comes from ${bridges}: no zone that accepts it holds the bridge. Docker's own rules accept it, but every base chain has to.${pings}`,
    evidence: [
      ...cut.map(({ network, passage }) => ({
        from: `nft list ruleset: a new TCP connection from ${network.bridge} to ${facts.uplink || 'the uplink'}`,
        line: `inet firewalld ${passage.path}`,
      })),
      ...cut.map(({ network }) => ({ from: 'firewall-cmd --get-active-zones', line: zoneOf(network.bridge, facts) })),
      ...conflictLines(facts),
    ],
    ...remedies,
  }
}

/** dockerd asks firewalld to put its bridge into zone docker, and does not start where another zone holds it. */
function conflict(facts: Facts): Diagnosis | undefined {
  const lines = conflictLines(facts)
  if (lines.length === 0 || facts.docker.server !== '') return undefined
  return {
    cause: 'firewalld-zone',
    state: 'active',
    confidence: 'certain',
    summary: 'dockerd does not start: firewalld holds its bridge in another zone than docker and does not give it away.',
    evidence: lines,
    ...remedies,
  }
}

function egress({ bridge, subnet }: NetworkFact, protocol: Packet['protocol'], facts: Facts): Passage | undefined {
  const base = facts.nft.find(
    ({ table, type, hook }) => table === 'firewalld' && type === 'filter' && hook === 'forward',
  )
  const source = subnet.split('/')[0]!
  return base && walk(base, { input: bridge, output: facts.uplink, protocol, source }, facts.nft)
}

const stopped = (passage: Passage | undefined): boolean => ['drop', 'reject'].includes(passage?.verdict ?? '')

function zoneOf(bridge: string, { firewalld }: Facts): string {
  const zone = Object.entries(firewalld.zones).find(([, interfaces]) => interfaces.includes(bridge))?.[0]
  return zone ? `${bridge} is in zone ${zone}` : `${bridge} is in no zone: the default one, ${firewalld.defaultZone}, holds for it`
}

const conflictLines = ({ docker }: Facts): Diagnosis['evidence'] =>
  docker.journal
    .filter((line) => line.includes('ZONE_CONFLICT'))
    .slice(-1)
    .map((line) => ({ from: 'journalctl -u docker', line }))

const remedies = {
  fixes: Object.keys(fixes).filter((name) => !fixes[name]!.fails),
  nonFixes: Object.entries(fixes).flatMap(([name, { fails }]) => (fails ? [{ name, why: fails }] : [])),
}
