import type { Host } from '../../hosts/host.ts'
import { must } from '../../injection/run-or-throw.ts'

// What a package that is only half unpacked does to iptables: it runs, and has no MASQUERADE. One start of dockerd meets
// it; the next finds all as it should be.
const script = `extension=$(find /usr/lib /usr/lib64 -name libxt_MASQUERADE.so 2>/dev/null | head -n 1)
[ -n "$extension" ] || { echo 'iptables has no libxt_MASQUERADE.so' >&2; exit 1; }
systemctl stop docker.socket docker.service
mv "$extension" "$extension.dockfault"
systemctl reset-failed docker.service
systemctl start docker.service && started=yes
systemctl stop docker.socket docker.service
mv "$extension.dockfault" "$extension"
[ -z "$started" ] || { echo 'docker started without MASQUERADE' >&2; exit 1; }
systemctl reset-failed docker.service
systemctl start docker.service || true`

/** Lets dockerd fail once at its NAT rules, and start again on a host that is well. Takes effect at once, where at all. */
export async function inject(host: Host): Promise<void> {
  await must(host, script, 'the failed start of docker', 120_000)
}
