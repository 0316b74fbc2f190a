import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import type { BuildOptions } from '../../images/cache.ts'
import { buildProgram, findProgram } from '../../images/program.ts'
import { must } from '../../injection/run-or-throw.ts'
import { LabError } from '../../lib/errors.ts'

const build = 'iptables-1.8.11'
const program = '/usr/sbin/xtables-nft-multi'

/** What dockerd does with it. */
export const params = z.strictObject({
  how: z
    .enum(['boot', 'networks-removed'])
    .default('boot')
    .describe(
      'boot: dockerd starts on a host without rules and makes them all with it; ' +
        'networks-removed: dockerd keeps running, and networks are made and removed again, as a CI runner does',
    ),
})
export type Params = z.infer<typeof params>

/** Builds the unpatched iptables from its source, or finds it in the cache. */
export async function prepare(options: BuildOptions): Promise<void> {
  await buildProgram(build, options)
}

/**
 * Puts the unpatched build in place of the package's, which stays beside it. Nothing fails yet: the rules are there, and
 * nobody has asked for any.
 */
export async function inject(host: Host): Promise<void> {
  const file = await findProgram(build)
  if (!file) throw new LabError('image', `${build} has not been built`)
  await host.put(`${program}.unpatched`, await readFile(file), 0o755)
  await must(
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
  // A boot leaves neither rules nor bridges. dockerd sets FORWARD to DROP only where it is the one to switch ip_forward
  // on, so the policy the host had tells what ip_forward was before.
  boot: `systemctl stop docker.socket docker.service
iptables -S FORWARD | grep -qx -- '-P FORWARD DROP' && forward=0 || forward=1
nft flush ruleset
for bridge in $(ip -br link show type bridge | cut -d' ' -f1); do ip link del "$bridge"; done
# Its rules went with the rest.
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

/** The event that turns a broken tool into missing rules. */
export async function trigger(host: Host, { how }: Params): Promise<void> {
  await must(host, events[how], how, 120_000)
}
