import type { Host } from '../hosts/host.ts'
import { decoys } from '../injection/decoys.ts'
import { installPackages } from '../injection/install.ts'
import { packagesOf } from '../injection/packages.ts'
import { LabError } from '../lib/errors.ts'
import { settle } from '../probes/containers.ts'

// What a decoy may change on the host and outside, without what changes by itself: counters, lifetimes, and
// link-local addresses, which the kernel still tests.
const state = `{
  for where in '' '-n outside'; do
    ip $where address; ip $where rule; ip $where route show table all; ip $where -6 route
  done
  ip netns list
  iptables-legacy-save; nft -s list ruleset
  sysctl -a 2>/dev/null | grep -E '^net\\.(ipv[46]\\.(conf|ip_forward)|bridge)'
  cat /etc/docker/daemon.json
  docker ps -aq | xargs -r docker inspect -f '{{.Name}} {{.HostConfig.NetworkMode}}'
  iptables --version
  systemctl list-units --no-legend --plain --type service --state active,failed
} 2>&1 | sed -E 's/ (tentative|dynamic|temporary|expires .*|valid_lft.*)//; s/\\[[0-9]+:[0-9]+\\]//; s/counter packets [0-9]+ bytes [0-9]+//; /^#|fe80:/d' | cksum`

/** Makes a healthy host odd. Throws LabError `host` where that fails, or changes nothing: then it would prove nothing. */
export async function disguise(
  host: Host,
  decoy: string,
  { image, progress, signal }: { image: string; progress: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const script = decoys[decoy]!
  await installPackages(host, image, packagesOf(script), { progress, signal })
  progress(`adding the decoy ${decoy}`)
  const before = await host.exec(state, { deadlineMs: 20_000 })
  const { code, stderr } = await host.exec(script, { deadlineMs: 60_000 })
  if (code !== 0) throw new LabError('host', `the decoy ${decoy} failed: exit ${code}`, { facts: { stderr } })
  const after = await host.exec(state, { deadlineMs: 20_000 })
  if (before.stdout === after.stdout) throw new LabError('host', `the decoy ${decoy} has changed nothing`)
  await settle(host)
}
