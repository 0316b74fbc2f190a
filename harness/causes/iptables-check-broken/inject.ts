import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import type { BuildOptions } from '../../images/cache.ts'
import { buildProgram, findProgram } from '../../images/program.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { LabError } from '../../lib/errors.ts'

const build = 'iptables-1.8.11'
const program = '/usr/sbin/xtables-nft-multi'

/** What dockerd does with the broken iptables. */
export const params = z.strictObject({
  how: z
    .enum(['boot', 'networks-removed'])
    .default('boot')
    .describe(
      'boot: dockerd starts on a host without rules, and adds all of them with it; ' +
        'networks-removed: dockerd keeps running while networks are created and removed, as a CI runner does',
    ),
})
export type Params = z.infer<typeof params>

/** Builds the unpatched iptables from its source, or finds it in the cache. */
export async function prepare(options: BuildOptions): Promise<void> {
  await buildProgram(build, options)
}

/**
 * Replaces the package's build by the unpatched one, and keeps the former beside it. Nothing fails yet: all rules are
 * there, and dockerd needs no new one.
 */
export async function inject(host: Host): Promise<void> {
  const file = await findProgram(build)
  if (!file) throw new LabError('image', `${build} has not been built`)
  await host.put(`${program}.unpatched`, await readFile(file), 0o755)
  await runOrThrow(
    host,
    `set -e
dpkg-divert --quiet --local --rename --divert ${program}.package --add ${program}
mv -f ${program}.unpatched ${program}
iptables --version | grep -qx 'iptables v1.8.11 (nf_tables)'`,
    'the exchange of iptables',
    120_000,
  )
}

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
