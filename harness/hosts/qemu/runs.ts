import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheRoot } from '../../images/cache.ts'
import { ownFolder } from '../own-folder.ts'
import { identify, isAlive, kill, machineBoot, type ProcessId } from '../process.ts'

/** The saved record of one machine, with which a later harness can end it if this one could not. */
export interface MachineRecord {
  name: string
  image: string
  /** The QEMU process; absent until it has started. */
  process?: ProcessId
  /** A separate folder for its sockets, because a socket's path has to be shorter than 108 bytes. */
  sockets: string
  logDir: string
  startedAt: string
  /** Left alive on purpose when its harness ended. */
  kept: boolean
  /** A shell script that removes the machine, if that takes more than ending a process; it may run twice. */
  undo?: string
}

/** What a sweep did. `running` has the machines of a living harness, and kept ones that it did not end. */
export interface Swept {
  ended: string[]
  running: string[]
}

const runsRoot = (): string => join(cacheRoot(), 'runs')

// The folder's name is the owner's identity. Unlike a file, it exists from the start and is never half-written.
const runName = (owner: ProcessId): string => `${owner.pid}-${owner.start}-${owner.boot}`

function ownerOf(run: string): ProcessId | undefined {
  const match = /^(\d+)-(\d+)-([0-9a-f-]{36})$/.exec(run)
  return match ? { pid: Number(match[1]), start: match[2]!, boot: match[3]! } : undefined
}

/** Makes the state folder of one machine, and its record; `save` writes the record again. */
export function openMachine(name: string, image: string, logDir: string) {
  const run = join(runsRoot(), runName(identify(process.pid)!))
  mkdirSync(run, { recursive: true, mode: 0o700 })
  const dir = mkdtempSync(join(run, `${name.replaceAll(/[^\w.-]/g, '_')}-`))
  const record: MachineRecord = {
    name,
    image,
    sockets: ownFolder(),
    logDir,
    startedAt: new Date().toISOString(),
    kept: false,
  }
  const save = (): void => {
    writeFileSync(join(dir, 'record.tmp'), JSON.stringify(record, undefined, 2))
    renameSync(join(dir, 'record.tmp'), join(dir, 'record.json'))
  }
  save()
  return { dir, record, save }
}

/** Removes a machine's state folder and sockets, and its run's folder if it was the last machine there. */
export function closeMachine(dir: string, record: Pick<MachineRecord, 'sockets'> | undefined): void {
  if (record?.sockets.startsWith('/tmp/dockfault-')) rmSync(record.sockets, { recursive: true, force: true })
  rmSync(dir, { recursive: true, force: true })
  const run = join(dir, '..')
  if (existsSync(run) && readdirSync(run).length === 0) rmSync(run, { recursive: true, force: true })
}

/** Removes what a machine has left outside this process, by its `undo` script. Never throws. */
export async function undo(record: Pick<MachineRecord, 'undo'>): Promise<void> {
  if (record.undo) await execa('sh', ['-c', record.undo], { reject: false, stdin: 'ignore', timeout: 300_000 })
}

/** The folders of sockets that machines' records name. */
export const machineFolders = (): string[] =>
  folders(runsRoot()).flatMap((run) =>
    folders(join(runsRoot(), run)).flatMap((machine) => readRecord(join(runsRoot(), run, machine))?.sockets ?? []),
  )

/** The machines of this process that are still there, by name, except those kept on purpose. */
export function ownMachines(): string[] {
  const run = join(runsRoot(), runName(identify(process.pid)!))
  return folders(run)
    .map((machine) => readRecord(join(run, machine)) ?? { name: machine, kept: false })
    .flatMap(({ name, kept }) => (kept ? [] : [name]))
}

/** Ends what dead harnesses left behind, except machines that were kept on purpose. Called at every start. */
export const sweep = (): Promise<Swept> => end((kept) => !kept)

/** Ends what dead harnesses left behind, and all kept machines. Only reports those of a living harness. */
export const down = (): Promise<Swept> => end(() => true)

async function end(also: (kept: boolean) => boolean): Promise<Swept> {
  const swept: Swept = { ended: [], running: [] }
  const boot = machineBoot()
  for (const run of folders(runsRoot())) {
    const owner = ownerOf(run)
    const owned = owner !== undefined && owner.boot === boot && isAlive(owner)
    const machines = folders(join(runsRoot(), run))
    for (const machine of machines) {
      const dir = join(runsRoot(), run, machine)
      const record = readRecord(dir)
      const label = `${record?.name ?? machine} (pid ${record?.process?.pid ?? 'none'})`
      const living = record?.process !== undefined && isAlive(record.process)
      const kept = record?.kept === true && (living || record.undo !== undefined)
      if (owned ? !kept || !also(kept) : !also(kept)) {
        if (living) swept.running.push(label)
        continue
      }
      if (living && !(await kill(record.process!))) {
        swept.running.push(label)
        continue
      }
      if (record) await undo(record)
      closeMachine(dir, record)
      swept.ended.push(label)
    }
    if (!owned && machines.length === 0) rmSync(join(runsRoot(), run), { recursive: true, force: true })
  }
  return swept
}

const folders = (dir: string): string[] =>
  existsSync(dir)
    ? readdirSync(dir, { withFileTypes: true })
        .filter((e) => e.isDirectory())
        .map((e) => e.name)
    : []

function readRecord(dir: string): MachineRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'record.json'), 'utf8')) as MachineRecord
  } catch {
    return undefined
  }
}
