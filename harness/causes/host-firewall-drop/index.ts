import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { hostFirewallDrop } from './cause.ts'

const params = z.strictObject({
  by: z
    .enum(['policy', 'rule', 'ferm'])
    .default('policy')
    .describe(
      'policy: its forward chain has the policy drop; rule: it accepts some, and a rule rejects the rest; ' +
        'ferm: its policy in the legacy tables, on a host with the decoy ferm-on',
    ),
})
type Params = z.infer<typeof params>

const forward: Record<Exclude<Params['by'], 'ferm'>, string> = {
  policy: 'type filter hook forward priority filter; policy drop;',
  rule: `type filter hook forward priority filter; policy accept;
    ct state established,related accept
    iifname "lan0" accept
    reject with icmpx admin-prohibited`,
}

// It replaces its own table and no other.
const file = (by: keyof typeof forward): string => `#!/usr/sbin/nft -f
table inet firewall
flush table inet firewall
table inet firewall {
  chain input {
    type filter hook input priority filter; policy accept;
  }
  chain forward {
    ${forward[by]}
  }
}
`

const ferm = `domain ip table filter {
  chain INPUT policy ACCEPT;
  chain FORWARD {
    policy DROP;
    mod state state (ESTABLISHED RELATED) ACCEPT;
  }
}
`

const fault: Fault<Params> = {
  params,
  cause: hostFirewallDrop,
  async inject(host, { by }) {
    if (by === 'ferm') {
      await host.put('/etc/ferm/ferm.conf', ferm)
      return void (await runOrThrow(host, 'systemctl restart ferm.service', 'the firewall'))
    }
    await host.put('/etc/nftables.conf', file(by))
    await runOrThrow(host, 'systemctl enable -q nftables.service && systemctl restart nftables.service', 'the firewall')
  },
}
export default fault
