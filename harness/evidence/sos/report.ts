import { posix } from 'node:path'
import { visible } from '../visible.ts'

/** What a sos report holds, as far as a diagnosis reads it. Paths are relative to the report's own folder. */
export interface ReportFiles {
  /** Texts by path; undefined for a file that is too large to read. */
  files: Map<string, string | undefined>
  /** Targets of symbolic links by path. Nothing outside the report is ever read. */
  links: Map<string, string>
  /** The archive ends too early, so more files may have been in it. */
  cut: boolean
}

/** What stands in the way of a section. `absent`: the host does not have it; otherwise it is not known. */
export class Lacking extends Error {
  readonly isAbsent: boolean

  constructor(why: string, isAbsent = false) {
    super(why)
    this.isAbsent = isAbsent
  }
}

const endsBefore = 'the archive ends before it'
const notThere = 'it is not in the report'

/** Whether a section's reason is that the report does not hold it, whatever the host has. */
export const isNotInReport = (why: string): boolean => why.startsWith(endsBefore) || why.startsWith(notThere)

/** A sos report: its files by what they are. */
export class SosReport {
  readonly cut: boolean
  private readonly files: ReportFiles['files']
  private readonly links: ReportFiles['links']
  private readonly ended: ReadonlyMap<string, string>

  constructor({ files, links, cut }: ReportFiles) {
    this.files = files
    this.links = links
    this.cut = cut
    this.ended = badEnds(files.get('sos_reports/manifest.json'))
  }

  /** The version of sos that made it; `unknown` where that is not in it. */
  get version(): string {
    const text = this.files.get('version.txt') ?? ''
    return text.match(/(\d+(?:\.\d+)*)/)?.[1] ?? 'unknown'
  }

  /**
   * The output of a command by the name of its file, whichever plugin ran it; the first of these names that is there.
   * Throws Lacking where there is none, or the command failed or was cut off.
   */
  command(...names: readonly string[]): string {
    const path = this.pathOf(names)
    if (path === undefined) throw this.missing(names[0]!)
    const why = this.ended.get(path)
    if (why) throw new Lacking(`${path}: ${why}`)
    return this.read(path)
  }

  /** The same, whatever its exit code was; undefined where there is none. */
  commandIfAny(...names: readonly string[]): string | undefined {
    const path = this.pathOf(names)
    return path === undefined ? undefined : this.read(path)
  }

  /** The text of a file of the host. Throws Lacking where the report does not have it. */
  file(path: string): string {
    const found = this.fileIfAny(path)
    if (found === undefined) throw this.missing(path)
    return found
  }

  fileIfAny(path: string): string | undefined {
    const real = this.resolve(path)
    return real !== undefined && this.files.has(real) ? this.read(real) : undefined
  }

  /** The target of a symbolic link; undefined where the path is none. */
  linkAt(path: string): string | undefined {
    return this.links.get(path)
  }

  /** The paths of files and links that match, sorted. */
  paths(pattern: RegExp): string[] {
    return [...this.files.keys(), ...this.links.keys()].filter((path) => pattern.test(path)).sort()
  }

  /** Whether a plugin of sos ran: only then is a missing file missing on the host. Not known where the archive is cut. */
  ran(plugin: string): boolean {
    return !this.cut && this.paths(new RegExp(`^sos_commands/${plugin}/`)).length > 0
  }

  missing(what: string): Lacking {
    return new Lacking(this.cut ? endsBefore : `${notThere} (${what})`)
  }

  private read(path: string): string {
    const text = this.files.get(path)
    if (text === undefined) throw new Lacking(`${path} is too large to read`)
    return visible(text)
  }

  private pathOf(names: readonly string[]): string | undefined {
    for (const name of names)
      for (const path of this.files.keys())
        if (path.startsWith('sos_commands/') && path.split('/').length === 3 && posix.basename(path) === name)
          return path
    return undefined
  }

  /** The path without links: those of folders and of the file itself are followed inside the report. */
  private resolve(path: string): string | undefined {
    let rest = path.split('/')
    let known: string[] = []
    for (let links = 0; rest.length > 0; ) {
      const [next = '', ...others] = rest
      const target = this.links.get([...known, next].join('/'))
      if (target === undefined) known.push(next)
      else if (++links > 20) return undefined
      const base = target?.startsWith('/') ? '' : known.join('/')
      const joined = target === undefined ? undefined : posix.normalize(posix.join(base, target.replace(/^\/+/, '')))
      rest = joined === undefined ? others : [...joined.split('/').filter(Boolean), ...others]
      if (joined !== undefined) known = []
    }
    return known.join('/')
  }
}

interface Manifest {
  components?: { report?: { plugins?: Record<string, { commands?: Command[] }> } }
}

interface Command {
  filepath?: string | null
  return_code?: number
  truncated?: boolean
}

/** How commands ended that failed or whose output is not whole, by the path of their output. Old reports do not have that. */
function badEnds(manifest: string | undefined): Map<string, string> {
  try {
    const { components } = JSON.parse(manifest ?? '{}') as Manifest
    const commands = Object.values(components?.report?.plugins ?? {}).flatMap((plugin) => plugin.commands ?? [])
    return new Map(
      commands.flatMap(({ filepath, return_code = 0, truncated = false }): [string, string][] => {
        if (!filepath || (return_code === 0 && !truncated)) return []
        return [[filepath, truncated ? 'sos kept only its end' : `the command failed: exit ${return_code}`]]
      }),
    )
  } catch {
    return new Map()
  }
}
