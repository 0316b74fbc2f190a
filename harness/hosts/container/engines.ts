import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot } from '../../images/cache.ts'
import { tryLock } from '../../images/lock.ts'
import { until } from '../../lib/retry.ts'
import { isAlive, kill, type ProcessId } from '../process.ts'

/** The record of a private engine, by which a later harness can end it if this one could not. */
export interface EngineRecord {
  owner: ProcessId
  /** The engine's first process; all others die with it. */
  engine: ProcessId | undefined
  /** Folder of the link to its socket. */
  link: string
  cgroup: string
  /** Left alive on purpose when its harness ended. */
  kept: boolean
  file: string
  logFile: string
  socket: string
}

/** What a sweep did. `running`: it belongs to a living harness, or was kept on purpose. */
export interface Swept {
  ended: string[]
  running: string[]
}

/** Ends private engines of dead harnesses, with their containers; with `kept` also those kept on purpose. */
export async function sweepEngines({ kept }: { kept: boolean }): Promise<Swept> {
  const swept: Swept = { ended: [], running: [] }
  for (const record of engineRecords()) {
    const label = `private Docker engine (pid ${record.engine?.pid ?? 'none'})`
    const living = record.engine !== undefined && isAlive(record.engine)
    const saved = record.kept && living ? !kept : isAlive(record.owner)
    if (saved || (living && !(await kill(record.engine!)))) {
      if (living) swept.running.push(label)
      continue
    }
    await removeEngine(record)
    if (living) swept.ended.push(label)
  }
  if (kept) await removeData()
  return swept
}

// Engines that ran side by side each have a copy of the images. The next run needs only the first. One that was killed
// has its containers as well, which only a dockerd can remove alone: then the images go too, and are imported again.
async function removeData(): Promise<void> {
  const root = join(cacheRoot(), 'engines')
  for (const dir of existsSync(root) ? folders(root) : []) {
    const containers = join(dir, 'data/containers')
    if (dir === join(root, '0') && !(existsSync(containers) && readdirSync(containers).length > 0)) continue
    const lock = await tryLock(join(dir, 'lock'))
    if (!lock) continue
    rmSync(join(dir, 'data'), { recursive: true, force: true })
    await lock.release()
  }
}

/** The records of private engines: living ones, and those whose harness was killed. */
export function engineRecords(): EngineRecord[] {
  const root = join(cacheRoot(), 'engines')
  const files = existsSync(root) ? readdirSync(root, { recursive: false, encoding: 'utf8' }) : []
  return files.flatMap((number) =>
    readdirSync(join(root, number))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        try {
          return JSON.parse(readFileSync(join(root, number, name), 'utf8')) as EngineRecord
        } catch {
          // Another harness has just removed it.
          return []
        }
      }),
  )
}

/** Removes what an ended engine leaves on the machine: link, cgroups, log and record. Images stay. */
export async function removeEngine(record: EngineRecord): Promise<void> {
  if (record.link.startsWith('/tmp/dockfault-')) rmSync(record.link, { recursive: true, force: true })
  // After a kill, processes stay in their cgroup for a moment.
  await until('cgroups to empty', async () => removeCgroups(record.cgroup) || undefined, {
    deadlineMs: 3000,
    everyMs: 30,
  }).catch(() => undefined)
  for (const file of [record.socket, record.logFile, record.file]) rmSync(file, { force: true })
}

/** Removes one of our cgroups from every hierarchy; false while it is in use. */
function removeCgroups(cgroup: string): boolean {
  const root = '/sys/fs/cgroup'
  if (!/^\/dockfault-[\w-]+$/.test(cgroup) || !existsSync(root)) return true
  return [root, ...folders(root)].every((hierarchy) => removeTree(join(hierarchy, cgroup)))
}

function removeTree(dir: string): boolean {
  if (!existsSync(dir)) return true
  // A cgroup is removed by its folders; its files vanish with them.
  for (const child of folders(dir)) removeTree(child)
  try {
    rmdirSync(dir)
    return true
  } catch {
    return false
  }
}

const folders = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name))
