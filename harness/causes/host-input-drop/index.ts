import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { hostInputDrop } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['bridges', 'private-sources', 'nftables'])
    .default('bridges')
    .describe(
      'bridges: rules for Docker’s bridges, added by hand; private-sources: a saved rule against private addresses that ' +
        'arrive; nftables: such a rule in a table of /etc/nftables.conf',
    ),
})
type Params = z.infer<typeof params>

const privateSources = 'INPUT -s 172.16.0.0/12 -j DROP'

// It replaces its own table and no other.
const table = `#!/usr/sbin/nft -f
table inet firewall
flush table inet firewall
table inet firewall {
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "lo" accept
    ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } drop
    ct state established,related accept
  }
}
`

const scripts: Record<Params['how'], string> = {
  bridges: 'iptables -I INPUT -i docker0 -j DROP && iptables -I INPUT -i br-+ -j DROP',
  // The administrator adds it to the file and to the kernel: a restart of the service would take Docker's rules.
  'private-sources': `mkdir -p /etc/iptables
cat >/etc/iptables/rules.v4 <<'RULES'
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A ${privateSources}
COMMIT
RULES
iptables -A ${privateSources}`,
  nftables: `cat >/etc/nftables.conf <<'RULES'
${table}RULES
systemctl enable -q nftables.service
systemctl restart nftables.service`,
}

const fault: Fault<Params> = {
  params,
  cause: hostInputDrop,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'adding rules to the host’s firewall')
  },
}
export default fault
