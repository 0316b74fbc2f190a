import { pin } from '../hosts/conditions.ts'
import type { Host, Preparation } from '../hosts/host.ts'
import { fingerprint } from '../images/recipe.ts'
import { exchangeIptables } from '../injection/iptables-release.ts'
import { bootKernel } from '../injection/kernel.ts'
import { runOrThrow } from '../injection/run-or-throw.ts'
import { buildOutside } from '../outside/outside.ts'
import { startProbeContainers } from '../probes/containers.ts'
import type { Conditions } from '../scenario/schema.ts'

const file = (name: string): { file: string } => ({ file: new URL(`../${name}`, import.meta.url).pathname })
// The outcome depends on the conditions and on these scripts, which run on the host.
const sources = ['hosts/conditions.ts', 'outside/outside.ts', 'outside/outside.sh', 'probes/containers.ts'].map(file)
const versionSources = ['injection/iptables-release.ts', 'injection/kernel.ts'].map(file)

/** Prepares a new host for a cell: pins its versions and conditions, builds its outside, starts its probe containers. */
export const preparation = (
  given: Conditions,
  progress: (line: string) => void,
  signal = new AbortController().signal,
): Preparation => ({
  key: fingerprint([JSON.stringify(given), ...sources, ...(given.iptables || given.kernel ? versionSources : [])]),
  async make(host) {
    if (given.kernel) await bootKernel(host, host.name, given.kernel, { progress, signal })
    if (given.iptables) await exchangeBeforeDocker(host, given.iptables)
    progress('pinning the conditions')
    await pin(host, given)
    progress('building the outside')
    await buildOutside(host)
    progress('starting the probe containers')
    await startProbeContainers(host, given.networks)
  },
})

/** Exchanges iptables while dockerd is down: `pin` then flushes the rules and starts it, so that it makes all of them. */
async function exchangeBeforeDocker(host: Host, version: string): Promise<void> {
  await runOrThrow(host, 'systemctl stop docker.socket docker.service', 'the stop of docker', 60_000)
  await exchangeIptables(host, version)
}
