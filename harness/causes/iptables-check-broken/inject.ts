import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import type { BuildOptions } from '../../images/cache.ts'
import { buildIptables } from '../../images/iptables.ts'
import { exchangeIptables } from '../../injection/iptables-release.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'

/** What dockerd does with the broken iptables, and which release that is. */
export const params = z.strictObject({
  how: z
    .enum(['boot', 'networks-removed'])
    .default('boot')
    .describe(
      'boot: dockerd starts on a host without rules, and adds all of them with it; ' +
        'networks-removed: dockerd keeps running while networks are created and removed, as a CI runner does',
    ),
  iptables: z
    .string()
    .default('1.8.11')
    .describe('The release of iptables. Only 1.8.11 is broken; npm run bisect shows it by the others.'),
})
export type Params = z.infer<typeof params>

/** Builds that release of iptables from its source, or finds it in the cache. */
export async function prepare(options: BuildOptions, { iptables }: Params): Promise<void> {
  await buildIptables(iptables, options)
}

/**
 * Replaces the package's build by the unpatched one, and keeps the former beside it. Nothing fails yet: all rules are
 * there, and dockerd needs no new one.
 */
export const inject = (host: Host, { iptables }: Params): Promise<void> => exchangeIptables(host, iptables)

const events: Record<Params['how'], string> = {
  // A boot leaves neither rules nor bridges. dockerd sets FORWARD to DROP only if it switches ip_forward on itself, so
  // the host's policy shows what ip_forward was before.
  boot: `# No container survives a boot. With live-restore they would, and without their bridges.
! grep -qs '"live-restore":true' /etc/docker/daemon.json || docker kill $(docker ps -q) >/dev/null || :
systemctl stop docker.socket docker.service
iptables -S FORWARD | grep -qx -- '-P FORWARD DROP' && forward=0 || forward=1
nft flush ruleset
for bridge in $(ip -br link show type bridge | cut -d' ' -f1); do ip link del "$bridge"; done
# The flush removed firewalld's rules too.
systemctl is-active -q firewalld.service && systemctl restart firewalld.service &&
  for attempt in $(seq 100); do firewall-cmd -q --state && break; sleep 0.2; done
sysctl -qw net.ipv4.ip_forward=$forward
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // Each removal takes the rules of one network that stays, so one for each is enough.
  'networks-removed': `set -e
for network in $(docker network ls -q --filter driver=bridge); do
  docker network create probe-passing
  docker network rm probe-passing
done`,
}

/** Makes the broken tool lose rules. */
export async function trigger(host: Host, { how }: Params): Promise<void> {
  await runOrThrow(host, events[how], how, 120_000)
}
