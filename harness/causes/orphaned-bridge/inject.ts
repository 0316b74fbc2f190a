import type { Host } from '../../hosts/host.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'

// A half unpacked package leaves an iptables that runs but has no MASQUERADE. One start of dockerd fails by that; the
// next finds iptables repaired.
const script = `# In iptables 1.8.7 (Debian 11) the extension of IPv4 has a file of its own.
extension=$(find /usr/lib /usr/lib64 -name libxt_MASQUERADE.so -o -name libipt_MASQUERADE.so 2>/dev/null | head -n 1)
[ -n "$extension" ] || { echo 'iptables has no file for MASQUERADE' >&2; exit 1; }
systemctl stop docker.socket docker.service
mv "$extension" "$extension.dockfault"
systemctl reset-failed docker.service
systemctl start docker.service && started=yes
systemctl stop docker.socket docker.service
mv "$extension.dockfault" "$extension"
[ -z "$started" ] || { echo 'docker started without MASQUERADE' >&2; exit 1; }
systemctl reset-failed docker.service
systemctl start docker.service || true`

/** Makes dockerd fail once at its NAT rules, then starts it again on the repaired host. The host is broken at once. */
export async function inject(host: Host): Promise<void> {
  await runOrThrow(host, script, 'the failed start of docker', 120_000)
}
