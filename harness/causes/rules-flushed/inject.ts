import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { settle } from '../../probes/containers.ts'

/** Which firewall service flushes the rules, and how much of them. */
export const params = z.strictObject({
  by: z
    .enum(['iptables.service', 'nftables.service', 'firewall.service', 'ferm.service'])
    .default('iptables.service')
    .describe(
      'The service that somebody restarts. nftables.service loads a file that begins with `flush ruleset`; ' +
        'firewall.service runs a script of the admin’s; ferm.service needs the decoy ferm-on',
    ),
  how: z
    .enum(['filter-only', 'all-tables'])
    .default('filter-only')
    .describe(
      'filter-only: the saved rules hold the filter table alone, and nat survives (EL 8 and later); ' +
        'all-tables: every table is flushed first (EL 7). The others always flush all',
    ),
  reloads: z
    .boolean()
    .default(false)
    .describe(
      "iptables.service: a drop-in gives it an ExecReload, so that it can reload; EL's can, Debian's cannot. " +
        'nftables.service, ferm.service: it is reloaded, not restarted; firewall.service: its script is run by hand',
    ),
})
export type Params = z.infer<typeof params>

// /etc/sysconfig/iptables as EL ships it.
const stock = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
COMMIT
`
const empty = (table: string, ...chains: string[]): string =>
  `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`

// EL 7 flushes each table when its service stops. iptables-restore flushes each table that its input names, so naming
// a table and leaving it empty has the same effect.
const saved: Record<Params['how'], string> = {
  'filter-only': stock,
  'all-tables':
    stock +
    empty('nat', 'PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING') +
    empty('mangle', 'PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING') +
    empty('raw', 'PREROUTING', 'OUTPUT') +
    empty('security', 'INPUT', 'FORWARD', 'OUTPUT'),
}

// iptables.service is an alias. On Debian 11 it is a link of the alternatives, which systemd takes for another unit.
const reload = `for unit in netfilter-persistent.service iptables.service; do
  mkdir -p /etc/systemd/system/$unit.d
  printf '[Service]\\nExecReload=/usr/sbin/netfilter-persistent reload\\n' >/etc/systemd/system/$unit.d/reload.conf
done
systemctl daemon-reload`

// As an admin writes it, from the example that Debian's package ships.
const nftables = `#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 25 drop
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
  }
}
`

const script = '/usr/local/sbin/firewall.sh'
// The classic beginning of such scripts, then rules of the admin's own.
const scripted = `cat >${script} <<'RULES'
#!/bin/sh
IPT=/usr/sbin/iptables
for table in filter nat mangle; do
  $IPT -t $table -F
  $IPT -t $table -X
done
$IPT -P INPUT ACCEPT
$IPT -P FORWARD DROP
$IPT -A INPUT -p tcp --dport 25 -j DROP
RULES
chmod 755 ${script}
cat >/etc/systemd/system/firewall.service <<'UNIT'
[Unit]
Description=The firewall
Before=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${script}
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable -q firewall.service`

const setUp: Record<Params['by'], (params: Params) => string> = {
  'firewall.service': () => scripted,
  'ferm.service': () => 'test -x /usr/sbin/ferm',
  'nftables.service': () => `grep -q 'dport 25 ' /etc/nftables.conf 2>/dev/null || cat >/etc/nftables.conf <<'RULES'
${nftables}RULES
systemctl enable -q nftables.service`,
  'iptables.service': ({ how, reloads }) => `[ -e /etc/iptables/rules.v4 ] || cat >/etc/iptables/rules.v4 <<'RULES'
${saved[how]}RULES
${reloads ? reload : ''}
systemctl enable -q netfilter-persistent.service`,
}

/**
 * Sets the host up as after a boot with a firewall service: its rules first, docker after them. Nothing fails until the
 * service restarts. If the service runs already, it and its rules stay as they are.
 */
export async function inject(host: Host, params: Params): Promise<void> {
  await runOrThrow(
    host,
    `set -e
${setUp[params.by](params)}
systemctl is-active -q ${params.by} && exit 0
systemctl start ${params.by}
systemctl reset-failed docker.service
systemctl restart docker.service`,
    `the setting up of ${params.by}`,
  )
  await settle(host)
}

/** Somebody restarts the firewall, for example to load a new rule. */
export async function trigger(host: Host, { by, reloads }: Params): Promise<void> {
  if (by === 'firewall.service' && reloads) return void (await runOrThrow(host, script, 'the script'))
  const how = by !== 'iptables.service' && reloads ? 'reload' : 'restart'
  await runOrThrow(host, `systemctl ${how} ${by}`, `the ${how} of ${by}`)
}
