import { parseArgs } from 'node:util'
import { type Contestant, contestants } from '../bench/contestants.ts'
import { markdown, type Reading } from '../bench/table.ts'
import { closeProviders } from '../hosts/index.ts'
import { exit, messageOf } from '../lib/errors.ts'
import { duration } from '../lib/text.ts'
import { findCell } from '../scenario/select.ts'
import { wholeNumber } from '../schedule/room.ts'
import { allCells } from '../vocabulary.ts'

/**
 * `npm run bench [-- --pairs N --only <words>]`: every way to a host and through a cell, timed in turns in one run, so
 * that what slows the machine slows them all. Medians and ratios go to standard output, as Markdown.
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
  try {
    // The first turn fills the caches and is not counted.
    for (let turn = 0; turn <= pairs; turn++)
      for (const contestant of chosen.filter(({ run }) => run)) {
        signal.throwIfAborted()
        const times = await once(contestant)
        if (times && turn > 0) readings.push({ name: contestant.name, times })
      }
  } finally {
    await closeProviders()
  }
  console.log(markdown(readings))
  for (const { name, absent } of chosen) if (absent) console.log(`\n${name} took no part: ${absent}`)
  return exit.passed
}

async function once({ name, run }: Contestant): Promise<Record<string, number> | undefined> {
  try {
    const times = await run!()
    const said = Object.entries(times).map(([what, ms]) => `${what} ${duration(ms)}`)
    console.error(`${name.padEnd(22)} ${said.join(', ')}`)
    return times
  } catch (error) {
    console.error(`${name.padEnd(22)} ${messageOf(error)}`)
    return undefined
  }
}
