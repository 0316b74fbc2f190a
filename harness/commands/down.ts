import { parseArgs } from 'node:util'
import { sweepEverything } from '../hosts/sweep.ts'
import { exit } from '../lib/errors.ts'

/** `npm run down`: ends and removes whatever runs have left on this machine, kept hosts included. */
export default async function down(args: string[]): Promise<number> {
  parseArgs({ args })
  const { ended, running } = await sweepEverything({ kept: true })
  for (const name of ended) console.error(`ended ${name}`)
  for (const name of running) console.error(`still in use by a living run: ${name}`)
  if (ended.length + running.length === 0) console.error('nothing was left')
  return exit.passed
}
