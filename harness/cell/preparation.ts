import { pin } from '../hosts/conditions.ts'
import type { Preparation } from '../hosts/host.ts'
import { fingerprint } from '../images/recipe.ts'
import { buildOutside } from '../outside/outside.ts'
import { startProbeContainers } from '../probes/containers.ts'
import type { Conditions } from '../scenario/schema.ts'

// The outcome depends on the conditions and on these scripts, which run on the host.
const sources = ['hosts/conditions.ts', 'outside/outside.ts', 'outside/outside.sh', 'probes/containers.ts'].map(
  (name) => ({
    file: new URL(`../${name}`, import.meta.url).pathname,
  }),
)

/** Prepares a new host for a cell: pins its conditions, builds its outside, starts its probe containers. */
export const preparation = (given: Conditions, progress: (line: string) => void): Preparation => ({
  key: fingerprint([JSON.stringify(given), ...sources]),
  async make(host) {
    progress('pinning the conditions')
    await pin(host, given)
    progress('building the outside')
    await buildOutside(host)
    progress('starting the probe containers')
    await startProbeContainers(host, given.networks)
  },
})
