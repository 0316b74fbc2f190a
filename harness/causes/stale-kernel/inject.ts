import { z } from 'zod'
import { stopContainers } from '../../cause/steps.ts'
import type { Host } from '../../hosts/host.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'

/** How the running kernel lost its modules. */
export const params = z.strictObject({
  how: z
    .enum(['purged', 'module-missing'])
    .default('purged')
    .describe(
      'purged: installs a newer kernel and removes the running one; module-missing: removes only the NAT modules',
    ),
})
export type Params = z.infer<typeof params>

// Installs the newest image of the running kernel's flavour. -unsigned and -dbg packages do not match the pattern.
const upgrade = `set -e
export DEBIAN_FRONTEND=noninteractive
running=$(uname -r)
# 6.1.0-31-cloud-amd64 or 6.12.90+deb13-cloud-amd64: version, perhaps an ABI number, flavour.
flavour=$(printf %s "$running" | sed -E 's/^[0-9][^-]*(-[0-9][0-9a-z.]*)?-//')
newest=$(apt-cache pkgnames linux-image- | grep -E "^linux-image-[0-9][0-9.+deb-]*-$flavour\\$" | sort -V | tail -n 1)
[ -n "$newest" ] || { echo "no kernel image of flavour $flavour is on offer" >&2; exit 1; }
[ "$newest" != "linux-image-$running" ] || { echo "$running is the newest kernel on offer" >&2; exit 1; }
apt-get install -y -q "$newest"
`

const lose: Record<Params['how'], string> = {
  purged: `${upgrade}
apt-get purge -y -q "linux-image-$running" $(apt-cache pkgnames "linux-modules-$running")
[ ! -e "/lib/modules/$running/modules.dep" ]`,
  'module-missing': `${upgrade}
find "/lib/modules/$running" \\( -name 'nft_chain_nat.ko*' -o -name 'xt_MASQUERADE.ko*' -o -name 'iptable_nat.ko*' \\) -delete
depmod -a "$running"`,
}

/** Upgrades the kernel without a reboot, as an unattended upgrade does. Nothing fails yet: what is loaded stays loaded. */
export async function inject(host: Host, { how }: Params): Promise<void> {
  await runOrThrow(host, lose[how], 'the kernel upgrade', 120_000)
}

/**
 * Restarts docker, as on the write-up's host. Its error appears only if overlay, bridge, br_netfilter, nf_tables and
 * nft_compat are loaded and the NAT modules are not, so this unloads the latter first, as if the host had not needed them
 * since boot. With all of them loaded the restart succeeds, and the fault stays latent.
 */
export async function trigger(host: Host): Promise<void> {
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
nat='xt_MASQUERADE xt_nat nft_chain_nat iptable_nat ip6table_nat xt_conntrack xt_addrtype nf_nat nf_conntrack_netlink nf_conntrack'
# A container's network namespace uses these modules (rules for its resolver), and disappears some time after it.
left() { for module in xt_MASQUERADE nft_chain_nat iptable_nat; do grep "^$module " /proc/modules; done; }
for pass in $(seq 60); do
  for module in $nat; do grep -q "^$module " /proc/modules && rmmod "$module" 2>/dev/null; done
  [ $pass -lt 4 ] || [ -n "$(left)" ] || break
  sleep 0.5
done
[ -z "$(left)" ] || { echo "still loaded: $(left)" >&2; exit 1; }
systemctl reset-failed docker.service
systemctl restart docker.service
# After the first failure the unit retries, until systemd gives up.
for attempt in $(seq 60); do
  systemctl is-failed -q docker.service && [ "$(systemctl show -P SubState docker.service)" = failed ] && break
  systemctl is-active -q docker.service && break
  sleep 0.5
done
exit 0`,
    'the restart of docker',
    120_000,
  )
}
