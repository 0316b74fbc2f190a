import { parseArgs } from 'node:util'
import { contestants } from '../bench/contestants.ts'
import { type Contestant, markdown, type Reading } from '../bench/table.ts'
import { closeProviders } from '../hosts/index.ts'
import { exit, messageOf } from '../lib/errors.ts'
import { duration } from '../lib/text.ts'
import { findCell } from '../scenario/select.ts'
import { wholeNumber } from '../schedule/room.ts'
import { allCells } from '../vocabulary.ts'

/**
 * `npm run bench [-- --pairs N --only <words>]`: every way to a host and through a cell, timed in turns in one run, so
 * that what slows the machine slows them all. Medians and ratios go to standard output, as Markdown; `broken` where one
 * did not come through.
 */
export default async function bench(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      pairs: { type: 'string', default: '5' },
      cell: { type: 'string', default: 'debian12-healthy' },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  const pairs = wholeNumber('--pairs', values.pairs, 1)
  const cell = findCell(allCells(), values.cell)
  const chosen = (await contestants(cell, signal)).filter(
    ({ name }) => values.only.length === 0 || values.only.some((words) => name.includes(words)),
  )
  const readings: Reading[] = []
  let whole = true
  try {
    const present = chosen.filter(({ run }) => run)
    for (const { name, warmUp } of present.filter(({ warmUp }) => warmUp)) {
      signal.throwIfAborted()
      console.error(`${name}: filling the caches`)
      await warmUp!().catch((error: unknown) => console.error(`${name}: ${messageOf(error)}`))
    }
    for (let turn = 0; turn < pairs; turn++)
      for (const contestant of present) {
        signal.throwIfAborted()
        const timed = await once(contestant)
        readings.push(...timed)
        whole &&= timed.length > 0
      }
  } catch (error) {
    // Interrupted, it tells what it has.
    if (!signal.aborted) throw error
  } finally {
    await closeProviders()
  }
  if (readings.length > 0) console.log(markdown(readings))
  for (const { name, absent } of chosen) if (absent) console.log(`\n${name} took no part: ${absent}`)
  if (signal.aborted) return exit.interrupted
  return whole ? exit.passed : exit.broken
}

async function once({ name, run }: Contestant): Promise<Reading[]> {
  try {
    const readings = await run!()
    for (const { name, times } of readings) {
      const said = Object.entries(times).map(([what, ms]) => `${what} ${duration(ms)}`)
      console.error(`${name.padEnd(24)} ${said.join(', ')}`)
    }
    return readings
  } catch (error) {
    console.error(`${name.padEnd(24)} ${messageOf(error)}`)
    return []
  }
}
