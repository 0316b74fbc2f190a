import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessId } from '../hosts/process.ts'
import { networkOf, processes } from './processes.ts'

/** By what the remains of a run are known. */
export interface Marks {
  /** Its processes: the matrix and those that resumed it. */
  owners: readonly Pick<ProcessId, 'pid' | 'start'>[]
  /** A variable of the environment that all its processes inherit, with its value. */
  variable: string
  /** Its cache and its reports, which nobody else uses. */
  folders: readonly string[]
  /** Network namespaces that its processes were seen in, each with the ticks at which that was. */
  networks: ReadonlyMap<string, number>
  /** Where temporary folders are made. */
  temporary?: readonly string[]
}

/** What is left of a run on this machine: a line for each thing, beginning with its kind. Empty where nothing is. */
export function remainsOf(marks: Marks): string[] {
  return [
    ...leftProcesses(marks),
    ...leftNamespaces(marks),
    ...leftLinks(),
    ...leftMounts(marks),
    ...leftLoops(marks),
    ...leftCgroups(marks),
    ...leftFolders(marks),
    ...marks.folders.flatMap(leftFiles),
  ]
}

// How the lab names what belongs to a process: `dockfault-`, its pid, its start.
const namesOf = ({ owners }: Marks): string[] => owners.map(({ pid, start }) => `dockfault-${pid}-${start}`)
const isNamed = (marks: Marks, text: string): boolean =>
  namesOf(marks).some((name) => text.includes(`${name}-`) || text.endsWith(name) || text.includes(`${name}/`))

function leftProcesses(marks: Marks): string[] {
  return processes()
    .filter(({ pid }) => pid !== process.pid)
    .flatMap(({ pid, start, name, command }) => {
      const marked = text(`/proc/${pid}/environ`).split('\0').includes(marks.variable)
      const cgroup = text(`/proc/${pid}/cgroup`)
        .trim()
        .split('\n')
        .some((line) => isNamed(marks, line))
      const network = networkOf(pid)
      // A later process may be in a namespace that got the number of one that is gone.
      const inNetwork = network !== undefined && Number(start) <= (marks.networks.get(network) ?? -1)
      return marked || cgroup || inNetwork ? [`process: ${pid} ${name} (${command.slice(0, 120)})`] : []
    })
}

/** Namespaces that a mount or a name keeps alive without a process. */
function leftNamespaces(marks: Marks): string[] {
  const pinned = mounts().flatMap(({ root, point }) =>
    marks.networks.has(root) ? [`namespace: ${root} at ${point}`] : [],
  )
  const named = list('/run/netns').filter((name) => isNamed(marks, name))
  return [...pinned, ...named.map((name) => `namespace: ${name}`)]
}

// Hosts have such links in namespaces of their own. On the machine itself nobody has one.
const linkOfHost = /^(dockfault.*|wan0|peer0)$/

const leftLinks = (): string[] =>
  list('/sys/class/net')
    .filter((name) => linkOfHost.test(name))
    .map((name) => `link: ${name}`)

const leftMounts = (marks: Marks): string[] =>
  mounts().flatMap(({ root, point, source }) => {
    const ours = [root, point, source].some((path) => isNamed(marks, path) || isBelow(marks.folders, path))
    return ours ? [`mount: ${point}`] : []
  })

const leftLoops = (marks: Marks): string[] =>
  list('/sys/block')
    .map((name) => text(join('/sys/block', name, 'loop/backing_file')).trim())
    .filter((file) => file !== '' && (isNamed(marks, file) || isBelow(marks.folders, file)))
    .map((file) => `mount: loop device of ${file}`)

/** Control groups of the run's processes, and empty ones of hosts, whoever made them. */
function leftCgroups(marks: Marks): string[] {
  const root = '/sys/fs/cgroup'
  return [root, ...folders(root)].flatMap((hierarchy) =>
    folders(hierarchy).flatMap((dir) => {
      const name = dir.slice(hierarchy.length + 1)
      const isHost = /^dockfault-[a-z]/.test(name) && text(join(dir, 'cgroup.procs')).trim() === ''
      return isNamed(marks, name) || isHost ? [`cgroup: ${dir}`] : []
    }),
  )
}

const leftFolders = (marks: Marks): string[] =>
  (marks.temporary ?? ['/tmp', '/var/tmp']).flatMap((dir) =>
    list(dir)
      .filter((name) => isNamed(marks, `${name}-`))
      .map((name) => `folder: ${join(dir, name)}`),
  )

/** Files in a cache or in a folder of reports that only a living process may have there. */
function leftFiles(folder: string): string[] {
  const engines = folders(join(folder, 'engines')).flatMap((engine) => [
    ...list(engine)
      .filter((name) => name !== 'data' && name !== 'lock')
      .map((name) => `${name.endsWith('.sock') ? 'socket' : 'file'}: ${join(engine, name)}`),
    ...list(join(engine, 'data/containers')).map((id) => `volume: container ${id.slice(0, 12)} in ${engine}`),
    ...folders(join(engine, 'data/volumes')).map((dir) => `volume: ${dir}`),
    ...list(join(engine, 'data/image/overlay2/layerdb/mounts')).map(
      (id) => `volume: layer ${id.slice(0, 12)} in ${engine}`,
    ),
  ])
  const machines = folders(join(folder, 'runs')).map((dir) => `file: ${dir}`)
  const parts = folders(folder).flatMap((run) =>
    [run, join(run, 'cells')].flatMap((dir) =>
      list(dir)
        .filter((name) => /\.(part|lock)$/.test(name) && existsSync(join(run, 'record.json')))
        .map((name) => `file: ${join(dir, name)}`),
    ),
  )
  return [...engines, ...machines, ...parts]
}

interface Mount {
  /** What of the file system is mounted: a folder of it, or the number of a namespace. */
  root: string
  point: string
  source: string
}

// The fields of proc(5), mountinfo: the fourth is the root, the fifth the mount point, the source follows a dash.
const mounts = (): Mount[] =>
  text('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const [, , , root = '', point = ''] = before.split(' ')
      return { root, point, source: after.split(' ')[1] ?? '' }
    })

const isBelow = (dirs: readonly string[], path: string): boolean => dirs.some((dir) => path.startsWith(`${dir}/`))

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const list = (dir: string): string[] => {
  try {
    return readdirSync(dir).sort()
  } catch {
    return []
  }
}

function folders(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(dir, name))
  } catch {
    return []
  }
}
