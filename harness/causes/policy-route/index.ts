import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { policyRoute } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['exit-node', 'blackhole', 'unreachable-table', 'marked-and-strict'])
    .default('exit-node')
    .describe(
      'exit-node: a VPN’s table takes all packets but its own; blackhole: a rule discards what comes from the default ' +
        'bridge; unreachable-table: the table for one network has no way out; marked-and-strict: one bridge’s packets ' +
        'leave by the old uplink, and rp_filter drops the answers',
    ),
})
type Params = z.infer<typeof params>

// A second link to the outside, which answers there.
const link = (
  name: string,
  own: string,
  other: string,
): string => `ip link add ${name} type veth peer name far netns outside
ip address add ${own}/24 dev ${name}
ip link set ${name} up
ip -n outside address add ${other}/24 dev far
ip -n outside link set far up`

const scripts: Record<Params['how'], string> = {
  // As tailscale does it with an exit node and access to the local network.
  'exit-node': `${link('tailscale0', '100.64.0.7', '100.64.0.1')}
ip route add throw 192.0.2.0/24 table 52
ip route add default via 100.64.0.1 dev tailscale0 table 52
ip rule add fwmark 0x80000/0xff0000 priority 5210 lookup main
ip rule add priority 5270 lookup 52`,
  blackhole: 'ip rule add from 172.17.0.0/16 blackhole',
  'unreachable-table': `ip route add unreachable default table 77
ip rule add from 172.30.1.0/24 lookup 77`,
  'marked-and-strict': `${link('lan0', '198.51.100.2', '198.51.100.1')}
ip route add default via 192.0.2.1 dev wan0 table 100
ip rule add fwmark 7 lookup 100
nft 'table inet split { chain pre { type filter hook prerouting priority mangle; iifname "docker0" meta mark set 7; }; }'
ip route replace default via 198.51.100.1 dev lan0
sysctl -qw net.ipv4.conf.wan0.rp_filter=1`,
}

const fault: Fault<Params> = {
  params,
  cause: policyRoute,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'setting up policy routing')
  },
}
export default fault
