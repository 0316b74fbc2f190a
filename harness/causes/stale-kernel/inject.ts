import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import { restartWithoutNat } from '../../injection/restart-without-nat.ts'
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
 * nft_compat are loaded and the NAT modules are not, so this unloads the latter first. With all of them loaded the restart
 * succeeds, and the fault stays latent.
 */
export const trigger = (host: Host): Promise<void> => restartWithoutNat(host)
