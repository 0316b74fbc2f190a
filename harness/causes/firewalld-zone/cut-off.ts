import { firewalldChain } from '../../cause/firewalld-chain.ts'
import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { netOf } from '../../simulate/net.ts'
import type { RuleStep } from '../../simulate/rules/index.ts'
import { egressPacket } from '../../simulate/translation.ts'

/** A network that firewalld cuts off, and the rule that cuts it off. */
export interface Cut {
  network: NetworkFact
  rule: RuleStep
  /** Whether pings pass all the same. */
  pings: boolean
}

/**
 * The networks whose new connections end in firewalld's own table, because zone docker does not get them. That zone's own
 * chains reject only where somebody has changed what it accepts: the bridges are in it.
 */
export const cutOff = oncePer((facts: Facts): Cut[] =>
  facts.docker.networks
    .filter(({ internal, subnet }) => !internal && subnet !== '')
    .flatMap((network) => {
      const [tcp, udp, icmp] = (['tcp', 'udp', 'icmp'] as const).map((protocol) => rejection(network, protocol, facts))
      return tcp && udp && firewalldChain(tcp.chain).zone !== 'docker' ? [{ network, rule: tcp, pings: !icmp }] : []
    }),
)

/** The firewalld rule that ends a new connection from a network; undefined if the packet might pass. */
function rejection(network: NetworkFact, protocol: 'tcp' | 'udp' | 'icmp', facts: Facts): RuleStep | undefined {
  const packet = egressPacket(network, facts, protocol)
  const worlds = netOf(facts).firewall.pass('ip', 'forward', packet, facts.uplink, { goOn: true })
  const rules = worlds.map(({ terminating }) => terminating.find(({ table }) => table === 'inet firewalld'))
  return rules.every((rule) => rule !== undefined) ? rules[0] : undefined
}
