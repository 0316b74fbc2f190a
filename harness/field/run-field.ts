import { mkdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { choose } from '../hosts/index.ts'
import { ownFolder } from '../hosts/own-folder.ts'
import { LabError } from '../lib/errors.ts'
import type { Cell } from '../scenario/cell.ts'
import { runPool, type Task } from '../schedule/pool.ts'
import { defaultJobs, memoryLeft, roomOf } from '../schedule/room.ts'
import type { FieldLine } from './line.ts'
import { type FieldResult, runScript } from './run-script.ts'
import type { FieldScript } from './scripts.ts'

export interface FieldOptions {
  /** The healthy cell whose hosts the scripts break. */
  cell: Cell
  signal: AbortSignal
  /** How many hosts run at once; by default as many as cores and memory allow. */
  jobs?: number
  /** Whether to follow real packets too. */
  packets?: boolean
  /** The folder for each bundle and probe results. */
  record?: string
  /** Called with a line for people: which script, and what it does. */
  progress: (script: string, line: string) => void
  /** Called as each script ends. */
  ended: (line: FieldLine) => void
  /** Chooses the provider; specs use their own. */
  choose?: typeof choose
}

/**
 * Runs every script on a host of its own, side by side, and returns their lines in the order of the scripts; if
 * interrupted, those of the scripts that have ended. Throws LabError `missing` if no provider can make such a host.
 */
export async function runField(scripts: readonly FieldScript[], options: FieldOptions): Promise<FieldLine[]> {
  const { cell, signal, record } = options
  // Each script needs a new host, and a container is ready much sooner than a virtual machine.
  const choice = await (options.choose ?? choose)(cell, 'container')
  if ('reason' in choice) throw new LabError('missing', `no ${cell.host} host can be provisioned: ${choice.reason}`)
  const { provider } = choice
  if (record) await mkdir(record, { recursive: true })
  const logs = ownFolder()
  const room = roomOf(provider.name, await provider.accelerator())
  const tasks = scripts.map((script): Task & { script: FieldScript } => ({
    name: script.name,
    script,
    expectedMs: 0,
    ...room,
  }))
  const lines = new Map<string, FieldLine>()
  const limits = { memory: memoryLeft(), processors: availableParallelism(), memoryLeft, signal }
  try {
    await runPool(tasks, { jobs: options.jobs ?? defaultJobs(room.memory), ...limits }, async ({ script }) => {
      const logDir = join(logs, script.name)
      const progress = (line: string): void => options.progress(script.name, line)
      const packets = options.packets ?? false
      const result = await runScript(script, { provider, cell, logDir, signal, progress, packets })
      if (record) await keep(record, result)
      lines.set(script.name, result.line)
      options.ended(result.line)
    })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await rm(logs, { recursive: true, force: true })
  }
  return scripts.flatMap(({ name }) => lines.get(name) ?? [])
}

async function keep(dir: string, { line, bundle, probes, output }: FieldResult): Promise<void> {
  const file = join(dir, line.script)
  if (bundle !== undefined) await writeFile(`${file}.bundle`, bundle)
  await writeFile(`${file}.json`, `${JSON.stringify({ ...line, probes, output }, null, 2)}\n`)
}
