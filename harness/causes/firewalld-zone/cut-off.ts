import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { netOf } from '../../simulate/net.ts'
import type { RuleStep } from '../../simulate/rules/index.ts'
import { egressPacket } from '../../simulate/translation.ts'

/** A network that firewalld cuts off, and the rule that does it. */
export interface Cut {
  network: NetworkFact
  rule: RuleStep
  /** What is let through all the same. */
  pings: boolean
}

/** The networks whose new connections firewalld's own table ends. */
export const cutOff = oncePer((facts: Facts): Cut[] =>
  facts.docker.networks
    .filter(({ internal, subnet }) => !internal && subnet !== '')
    .flatMap((network) => {
      const [tcp, udp, icmp] = (['tcp', 'udp', 'icmp'] as const).map((protocol) => rejection(network, protocol, facts))
      return tcp && udp ? [{ network, rule: tcp, pings: !icmp }] : []
    }),
)

/** The rule of firewalld's that ends a new connection from a network, whatever is not known of it. */
function rejection(network: NetworkFact, protocol: 'tcp' | 'udp' | 'icmp', facts: Facts): RuleStep | undefined {
  const packet = egressPacket(network, facts, protocol)
  const worlds = netOf(facts).firewall.pass('ip', 'forward', packet, facts.uplink, { goOn: true })
  const rules = worlds.map(({ terminating }) => terminating.find(({ table }) => table === 'inet firewalld'))
  return rules.every((rule) => rule !== undefined) ? rules[0] : undefined
}
