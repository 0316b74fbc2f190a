import { pin } from '../hosts/given.ts'
import type { Preparation } from '../hosts/host.ts'
import { fingerprint } from '../images/recipe.ts'
import { buildOutside } from '../outside/outside.ts'
import { startFleet } from '../probes/fleet.ts'
import type { Given } from '../scenario/schema.ts'

// What decides on the outcome, beside what is given: the scripts that are run on the host, wherever they stand.
const sources = ['hosts/given.ts', 'outside/outside.ts', 'outside/outside.sh', 'probes/fleet.ts'].map((name) => ({
  file: new URL(`../${name}`, import.meta.url).pathname,
}))

/** What makes a new host one of a cell: its hidden variables pinned, its outside, its probe containers. */
export const preparation = (given: Given, progress: (line: string) => void): Preparation => ({
  key: fingerprint([JSON.stringify(given), ...sources]),
  async make(host) {
    progress('pinning the hidden variables')
    await pin(host, given)
    progress('building the outside')
    await buildOutside(host)
    progress('starting the probe containers')
    await startFleet(host)
  },
})
