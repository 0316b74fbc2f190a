import type { Facts, NetworkFact } from '../evidence/facts.ts'
import { addressIn } from '../lib/ip.ts'
import { anywhere } from './members.ts'
import { netOf } from './net.ts'
import { packetOf } from './packet.ts'
import type { RuleStep } from './rules/index.ts'

/** A connection's first packet from a network's bridge to the outside, as the forwarding hooks see it. */
export const egressPacket = ({ bridge, subnet }: NetworkFact, facts: Facts, protocol: 'tcp' | 'udp' | 'icmp') =>
  packetOf({
    protocol,
    source: addressIn(subnet, 2) ?? '',
    destination: anywhere,
    destinationPort: protocol === 'icmp' ? 0 : 443,
    input: bridge,
    output: facts.uplink,
  })

/**
 * The rule that translates the source of what leaves a network, however unknown conditions turn out; undefined where
 * none does.
 */
export function translationOf(network: NetworkFact, facts: Facts): RuleStep | undefined {
  if (network.subnet === '') return undefined
  const packet = egressPacket(network, facts, 'tcp')
  const worlds = netOf(facts).firewall.pass('ip', 'postrouting', packet, facts.uplink, { goOn: true })
  const rules = worlds.map(({ steps }) => steps.find(({ verdict }) => verdict === 'translate'))
  return rules.every((rule) => rule !== undefined) ? rules[0] : undefined
}
