import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import type { BuildOptions } from '../../images/cache.ts'
import { buildProgram, findProgram } from '../../images/program.ts'
import { LabError } from '../../lib/errors.ts'

const build = 'iptables-1.8.11'
const program = '/usr/sbin/xtables-nft-multi'

/** How dockerd comes to use it: at the next boot, or at once. */
export const params = z.strictObject({
  start: z
    .enum(['boot', 'restart'])
    .default('boot')
    .describe('boot: dockerd makes all its rules with it; restart: dockerd starts over the rules that a sound build made'),
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
  )
}

// A boot leaves neither rules nor bridges. dockerd sets FORWARD to DROP only where it switches ip_forward on itself, so
// the policy the host had decides what it was before.
const boot = `systemctl stop docker.socket docker.service
iptables -S FORWARD | grep -qx -- '-P FORWARD DROP' && forward=0 || forward=1
nft flush ruleset
for bridge in $(ip -br link show type bridge | cut -d' ' -f1); do ip link del "$bridge"; done
sysctl -qw net.ipv4.ip_forward=$forward`

/** Lets dockerd work with it. */
export async function trigger(host: Host, { start }: Params): Promise<void> {
  const restart = 'systemctl reset-failed docker.service\nsystemctl restart docker.service'
  await must(host, start === 'boot' ? `${boot}\n${restart}` : restart, 'the start of docker')
}

async function must(host: Host, script: string, what: string): Promise<void> {
  const { code, stderr } = await host.exec(script, { deadlineMs: 120_000 })
  if (code !== 0)
    throw new LabError('host', `${what} did not go through on ${host.name}: exit ${code}`, { facts: { stderr } })
}
