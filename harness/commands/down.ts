import { sweepEverything } from '../hosts/sweep.ts'
import { exit } from '../lib/errors.ts'
import { parse } from './parse.ts'

/** `npm run down`: removes everything that runs have left on this machine, hosts that were kept included. */
export default async function down(args: string[]): Promise<number> {
  parse('down', args)
  const { ended, running } = await sweepEverything({ kept: true })
  for (const name of ended) console.error(`removed ${name}`)
  for (const name of running) console.error(`still in use by another run: ${name}`)
  if (ended.length + running.length === 0) console.error('nothing to remove')
  return exit.passed
}
