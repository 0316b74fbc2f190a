import { stopContainers } from '../cause/steps.ts'
import type { Host } from '../hosts/host.ts'
import { runOrThrow } from './run-or-throw.ts'

const tables = ['nat', 'filter', 'raw', 'mangle', 'security']

/** The modules of the legacy backend's tables. Those of single tables come first, because they need the others. */
export const legacyTables: readonly string[] = [
  ...tables.flatMap((table) => [`iptable_${table}`, `ip6table_${table}`]),
  'ip_tables',
  'ip6_tables',
]

/**
 * Restarts docker as if the host had not needed the modules for NAT since boot: those that are loaded would keep the
 * restart from failing. overlay, bridge, br_netfilter, nf_tables and nft_compat stay loaded, or dockerd fails earlier. `also`
 * are other modules to unload. Throws LabError `host` where one stays loaded.
 */
export async function restartWithoutNat(host: Host, also: readonly string[] = []): Promise<void> {
  await runOrThrow(
    host,
    `# A stopping dockerd gives its containers 15 s. On a busy host some outlive that, so stop them first.
${stopContainers} >/dev/null
systemctl stop docker.socket docker.service containerd.service
ip link del docker0 2>/dev/null
if iptables --version | grep -q legacy; then
  for table in nat filter raw mangle; do
    iptables-legacy -t $table -F 2>/dev/null; iptables-legacy -t $table -X 2>/dev/null
    ip6tables-legacy -t $table -F 2>/dev/null; ip6tables-legacy -t $table -X 2>/dev/null
  done
else
  nft flush ruleset
fi
nat='xt_MASQUERADE xt_nat nft_chain_nat iptable_nat ip6table_nat xt_conntrack xt_addrtype nf_nat nf_conntrack_netlink nf_conntrack ${also.join(' ')}'
# A container's network namespace uses these modules (rules for its resolver), and disappears some time after it.
left() { for module in xt_MASQUERADE nft_chain_nat iptable_nat ${also.join(' ')}; do grep "^$module " /proc/modules; done; }
for pass in $(seq 60); do
  for module in $nat; do grep -q "^$module " /proc/modules && rmmod "$module" 2>/dev/null; done
  [ $pass -lt 4 ] || [ -n "$(left)" ] || break
  sleep 0.5
done
[ -z "$(left)" ] || { echo "still loaded: $(left)" >&2; exit 1; }
# After a failure the unit retries, and gives up after three in a minute. On a slow machine three take longer.
patience=/run/systemd/system/docker.service.d/dockfault-patience.conf
mkdir -p "$(dirname $patience)"
printf '[Unit]\\nStartLimitIntervalSec=10min\\n' >$patience
systemctl daemon-reload
systemctl reset-failed docker.service
systemctl restart docker.service
for attempt in $(seq 400); do
  systemctl is-failed -q docker.service && [ "$(systemctl show -P SubState docker.service)" = failed ] && break
  systemctl is-active -q docker.service && break
  sleep 0.5
done
rm $patience
systemctl daemon-reload
exit 0`,
    'the restart of docker',
    360_000,
  )
}
