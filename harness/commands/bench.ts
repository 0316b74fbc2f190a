import { candidates } from '../bench/candidates.ts'
import { type Candidate, markdown, type Reading } from '../bench/table.ts'
import { closeProviders } from '../hosts/index.ts'
import { exit, messageOf } from '../lib/errors.ts'
import { duration } from '../lib/text.ts'
import { allCells } from '../registry.ts'
import { findCell } from '../scenario/select.ts'
import { wholeNumber } from '../schedule/room.ts'
import { parse } from './parse.ts'

/**
 * `npm run bench [-- --pairs N --only <words>]`: times every way to make a host and run a cell. They take turns in one
 * run, so that a slow machine slows all of them. Prints medians and ratios as Markdown. Exit 2 where one failed.
 */
export default async function bench(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parse('bench', args)
  const pairs = wholeNumber('--pairs', values.pairs, 1)
  const cell = findCell(allCells(), values.cell)
  const chosen = (await candidates(cell, signal)).filter(
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
      for (const candidate of present) {
        signal.throwIfAborted()
        const timed = await once(candidate)
        readings.push(...timed)
        whole &&= timed.length > 0
      }
  } catch (error) {
    // After Ctrl-C it still prints what it has.
    if (!signal.aborted) throw error
  } finally {
    await closeProviders()
  }
  if (readings.length > 0) console.log(markdown(readings))
  for (const { name, absent } of chosen) if (absent) console.log(`\n${name} was not timed: ${absent}`)
  if (signal.aborted) return exit.interrupted
  return whole ? exit.passed : exit.broken
}

async function once({ name, run }: Candidate): Promise<Reading[]> {
  try {
    const readings = await run!()
    for (const { name, times } of readings) {
      const list = Object.entries(times).map(([what, ms]) => `${what} ${duration(ms)}`)
      console.error(`${name.padEnd(24)} ${list.join(', ')}`)
    }
    return readings
  } catch (error) {
    console.error(`${name.padEnd(24)} ${messageOf(error)}`)
    return []
  }
}
