import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { LabError } from '../lib/errors.ts'
import { groupBy } from '../lib/group.ts'
import type { Cell } from '../scenario/cell.ts'
import { findCell } from '../scenario/select.ts'
import { runPool } from '../schedule/pool.ts'
import { defaultJobs, memoryLeft } from '../schedule/room.ts'
import { type CellTask, type Choose, tasksOf } from '../schedule/tasks.ts'
import type { Recording, ScriptRecording, StageRecording } from './map.ts'
import { type Recorded, recordCell } from './record-cell.ts'
import { recordScript } from './record-script.ts'

export interface RecordAllOptions {
  cells: readonly Cell[]
  /** The folder that paths of recordings are under. */
  into: string
  /** Consoles and journals of the hosts. */
  logs: string
  signal: AbortSignal
  provider?: string
  jobs?: number
  progress: (name: string, line: string) => void
  /** Called when a recording is written, or cannot be made. */
  ended: (recorded: Recorded) => void
  choose?: Choose
}

type Work = CellTask & { stages: StageRecording[]; script?: ScriptRecording }

/**
 * Makes the hosts of these recordings side by side: one for all stages of a cell, one for each script. Writes each bundle
 * as soon as it is collected. Gives the recordings that failed. Throws LabError `no-match` where an entry names no cell.
 */
export async function recordAll(
  recordings: readonly Recording[],
  options: RecordAllOptions,
): Promise<{ path: string; why: string }[]> {
  const missed: { path: string; why: string }[] = []
  const work = await workOf(recordings, options)
  const room = { memory: memoryLeft(), processors: availableParallelism(), memoryLeft, signal: options.signal }
  const jobs = options.jobs ?? defaultJobs(Math.min(...work.flatMap(({ memory }) => memory || [])))
  await runPool(work, { jobs, ...room }, async (task) => {
    for (const recorded of await perform(task, options)) {
      if ('why' in recorded) missed.push(recorded)
      else await write(recorded, options.into)
      options.ended(recorded)
    }
  })
  return missed
}

/** The hosts to make: the provider of each, and its recordings. */
async function workOf(recordings: readonly Recording[], options: RecordAllOptions): Promise<Work[]> {
  const groups = groupBy(recordings, (each) => ('script' in each ? each.path : each.cell))
  const cells = groups.map(([first]) => findCell(options.cells, first!.cell))
  const tasks = await tasksOf(cells, new Map(), options)
  return tasks.map((task, at): Work => {
    const [first] = groups[at]!
    const script = 'script' in first! ? first : undefined
    const stages = groups[at]!.filter((each): each is StageRecording => 'stage' in each)
    return { ...task, name: script ? script.path : task.name, stages, ...(script && { script }) }
  })
}

async function perform({ name, cell, choice, stages, script }: Work, options: RecordAllOptions): Promise<Recorded[]> {
  if ('reason' in choice)
    return [...stages, ...(script ? [script] : [])].map(({ path }) => ({ path, why: choice.reason }))
  const logDir = join(options.logs, name.replaceAll('/', '-'))
  await mkdir(logDir, { recursive: true })
  const { signal } = options
  const by = { provider: choice.provider, logDir, signal, progress: (line: string) => options.progress(name, line) }
  return script ? [await recordScript(cell, script, by)] : recordCell(cell, stages, by)
}

async function write(recorded: Exclude<Recorded, { why: string }>, into: string): Promise<void> {
  const { path, bundle, packets } = recorded
  const file = join(into, path)
  if (!file.startsWith(into)) throw new LabError('usage', `${path} is outside ${into}`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.bundle`, bundle)
  if (packets !== undefined) await writeFile(`${file}.packets`, packets)
}
