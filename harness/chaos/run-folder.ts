import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessId } from '../hosts/process.ts'
import type { RunRecord } from '../results/record.ts'
import type { Seen } from './judge.ts'
import type { Event } from './schedule.ts'

/** The folder of the newest run in a folder of reports; undefined before there is one. */
export const newestRun = (reports: string): string | undefined =>
  list(reports)
    .filter((name) => /^\d{8}T\d{6}Z-\d+$/.test(name))
    .map((name) => join(reports, name))
    .at(-1)

/** What a run's folder holds now. */
export function readRun(dir: string | undefined): Omit<Seen, 'code' | 'hung'> {
  const names = dir === undefined ? [] : endedCells(dir)
  return {
    cells: new Map(names.map((name) => [name, readFileSync(join(dir!, 'cells', `${name}.json`), 'utf8')])),
    written: new Map(names.map((name) => [name, newestIn(join(dir!, 'hosts', name))])),
    record: dir === undefined ? undefined : recordIn(dir),
  }
}

const endedCells = (dir: string): string[] =>
  list(join(dir, 'cells')).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []))

const newestIn = (dir: string): number => Math.max(0, ...list(dir).map((name) => statSync(join(dir, name)).mtimeMs))

function recordIn(dir: string): RunRecord | undefined {
  const file = join(dir, 'record.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunRecord) : undefined
}

/** Whether something has happened in a run since its process started with `before` ended cells. */
export function hasHappened(event: Event, { reports, cache, owner, before, cells }: Watched): boolean {
  const dir = newestRun(reports)
  const ended = dir === undefined ? 0 : endedCells(dir).length
  const name = `${owner.pid}-${owner.start}`
  const engines = list(join(cache, 'engines')).some((each) => existsSync(join(cache, 'engines', each, `${name}.json`)))
  const runs = list(join(cache, 'runs')).filter((run) => run.startsWith(`${name}-`))
  switch (event) {
    case 'start':
      return true
    case 'plan':
      return dir !== undefined
    case 'engine':
      return engines || runs.length > 0
    case 'host':
      return hasContainer(name) || runs.some((run) => list(join(cache, 'runs', run)).length > 0)
    case 'cell':
      return ended > before
    case 'all-cells':
      return ended === cells
  }
}

interface Watched {
  reports: string
  cache: string
  owner: ProcessId
  before: number
  /** How many cells the run has. */
  cells: number
}

// A host of an engine has a control group below that of its engine, in at least one hierarchy.
const hasContainer = (name: string): boolean =>
  ['', ...list('/sys/fs/cgroup')].some((hierarchy) =>
    list(join('/sys/fs/cgroup', hierarchy, `dockfault-${name}`)).some((id) => /^[0-9a-f]{64}$/.test(id)),
  )

const list = (dir: string): string[] => {
  try {
    return readdirSync(dir).sort()
  } catch {
    return []
  }
}
