import { pin } from '../hosts/conditions.ts'
import type { Preparation } from '../hosts/host.ts'
import { fingerprint } from '../images/recipe.ts'
import { buildOutside } from '../outside/outside.ts'
import { startProbeContainers } from '../probes/containers.ts'
import type { Conditions } from '../scenario/schema.ts'

// What decides on the outcome, beside what is given: the scripts that are run on the host, wherever they stand.
const sources = ['hosts/conditions.ts', 'outside/outside.ts', 'outside/outside.sh', 'probes/containers.ts'].map(
  (name) => ({
    file: new URL(`../${name}`, import.meta.url).pathname,
  }),
)

/** What makes a new host one of a cell: its hidden variables pinned, its outside, its probe containers. */
export const preparation = (given: Conditions, progress: (line: string) => void): Preparation => ({
  key: fingerprint([JSON.stringify(given), ...sources]),
  async make(host) {
    progress('pinning the hidden variables')
    await pin(host, given)
    progress('building the outside')
    await buildOutside(host)
    progress('starting the probe containers')
    await startProbeContainers(host)
  },
})
