import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { openEngine } from '../hosts/container/engine.ts'
import { closeContainers, container } from '../hosts/container.ts'
import { exit, LabError } from '../lib/errors.ts'
import { allCells } from '../registry.ts'
import { stagesOf } from '../run.ts'
import { findCell } from '../scenario/select.ts'
import { runPool } from '../schedule/pool.ts'
import { wholeNumber } from '../schedule/room.ts'
import { runSuite } from '../simulate/kernel/suite.ts'
import { play, type Seen } from './play.ts'
import { hashOf, readSabotages, type Sabotage } from './sabotage.ts'
import { root, Sandbox } from './sandbox.ts'
import { documentFile, isCaught, readSeen, renderDocument, seenFile, seenText } from './table.ts'

// `npm run test:sabotage`: makes the lab lie in one way after the other, on real hosts. Exit 1 where a lie passes, or
// shows at another stage than expected. `--only TEXT` chooses sabotages by their name or cell, `--jobs N` how many run at
// once, `--missing` those that the table in docs/sabotage.md lacks, and `--write` puts there what was seen.
const progress = (line: string): void => console.error(line)

/** A run without sabotage, so that red cells prove something: as far as any of its sabotages goes. */
interface Baseline extends Pick<Sabotage, 'as' | 'cell' | 'provider'> {
  until: string | undefined
}

const isStage = (caught: string): boolean => caught !== 'run' && caught !== 'machine'
// Where the run as a whole goes red, its cells need not go far.
const untilOf = ({ caught, as, until }: Sabotage): string | undefined =>
  as === 'machine' ? undefined : (until ?? (isStage(caught) ? caught : 'provision'))

function baselinesOf(sabotages: readonly Sabotage[]): Baseline[] {
  const cells = allCells()
  const depth = ({ cell, until }: Baseline): number =>
    until === undefined ? Number.POSITIVE_INFINITY : stagesOf(findCell(cells, cell.split(' ')[0]!)).indexOf(until)
  const baselines = new Map<string, Baseline>()
  for (const each of sabotages) {
    const { as, cell, provider } = each
    const key = [as, cell, provider].join(' ')
    const own = { as, cell, provider, until: untilOf(each) }
    const other = baselines.get(key)
    if (!other || depth(own) > depth(other)) baselines.set(key, own)
  }
  return [...baselines.values()]
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      missing: { type: 'boolean' },
      jobs: { type: 'string', default: '3' },
      write: { type: 'boolean' },
    },
  })
  const seen = readSeen()
  const sabotages = readSabotages()
    .filter(({ what, cell }) => `${what} ${cell}`.includes(values.only))
    .filter((each) => !values.missing || !isCaught(each, seen.get(hashOf(each))))
  if (sabotages.length === 0) throw new LabError('no-match', 'no sabotage is chosen')
  const reason = await container().unavailable('debian12')
  if (reason) throw new LabError('missing', `sabotage needs container hosts: container ${reason}`)
  const signal = new AbortController().signal
  const { address } = await openEngine({ progress, signal })
  const wrong: string[] = []
  const report = (what: string, where: string, { stage, words }: Seen, right: boolean): void => {
    console.log(`${right ? '✓' : '✗'} ${what}: ${where}${right ? '' : `, seen at ${stage}: ${words.slice(0, 1500)}`}`)
    if (!right) wrong.push(what)
  }
  const jobs = wholeNumber('--jobs', values.jobs, 1)
  const free = Array.from({ length: jobs }, (_, slot) => new Sandbox(join(root, 'reports/sabotage', `slot-${slot}`)))
  const inSandbox = async <T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> => {
    const sandbox = free.pop()!
    try {
      return await work(sandbox)
    } finally {
      free.push(sandbox)
    }
  }
  const playBaseline = (baseline: Baseline): Promise<void> =>
    inSandbox(async ({ dir }) => {
      const { as, cell, until = 'its end' } = baseline
      const isRight = ({ stage }: Seen): boolean => stage === 'nowhere'
      const result = await atMostTwice(() => play(dir, baseline, address), isRight)
      report(`without sabotage: ${cell}`, `${as} to ${until}`, result, isRight(result))
    })
  const playSabotage = (sabotage: Sabotage): Promise<void> =>
    inSandbox(async (sandbox) => {
      const { what, cell, caught, by, changes, undo, engine } = sabotage
      const isRight = (result: Seen): boolean => isCaught(sabotage, result)
      const once = async (): Promise<Seen> => {
        try {
          sandbox.apply(changes)
          const until = untilOf(sabotage)
          return await play(sandbox.dir, { ...sabotage, until }, engine === 'shared' ? address : undefined)
        } finally {
          sandbox.restore()
          if (undo) await execa('sh', ['-c', undo], { reject: false })
        }
      }
      const result = await atMostTwice(once, isRight)
      report(`${what} (${cell})`, caught, result, isRight(result))
      seen.set(hashOf(sabotage), { ...result, words: firstLine(result.words, by) })
      if (values.write) writeTable(seen)
    })
  try {
    const tasks = [
      ...baselinesOf(sabotages).map((baseline) => ({ ...baseline, run: () => playBaseline(baseline) })),
      ...sabotages.map((sabotage) => ({ ...sabotage, run: () => playSabotage(sabotage) })),
    ].map(({ cell, as, run }, index) => {
      // Each sabotage of the machine would show in the others' comparison.
      const processors = as === 'machine' ? 1 : 0
      return { name: cell, run, memory: 0, processors, expectedMs: 1e6 - index }
    })
    await runPool(tasks, { jobs, memory: 1, processors: 1, memoryLeft: () => 1, signal }, ({ run }) => run())
  } finally {
    await closeContainers()
  }
  console.log(`${sabotages.length - wrong.length} of ${sabotages.length} as expected`)
  for (const what of wrong) console.log(`  not: ${what}`)
  return wrong.length > 0 ? exit.failed : exit.passed
}

// A run on a busy machine may break before it gets to a lie. What is seen a second time counts.
const atMostTwice = async (run: () => Promise<Seen>, isRight: (seen: Seen) => boolean): Promise<Seen> => {
  const first = await run()
  return isRight(first) ? first : run()
}

function writeTable(seen: ReadonlyMap<string, Seen>): void {
  const all = readSabotages()
  writeFileSync(seenFile, seenText(all, seen))
  writeFileSync(documentFile, renderDocument(all, seen))
}

/** The line of a complaint that holds a text, shortened. */
const firstLine = (words: string, by: string): string =>
  (words.split('\n').find((line) => line.includes(by)) ?? words.split('\n')[0]!).trim().slice(0, 160)

runSuite(main)
