import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { identify, startOf } from './process.ts'

// Not the folder of TMPDIR: a socket's path has to be shorter than 108 bytes. What is large goes to /var/tmp.
const roots = ['/tmp', '/var/tmp'] as const
const owned = /^dockfault-(\d+)-(\d+)-/

/**
 * A temporary folder that has this process's pid and start in its name, so that a later harness can remove it if this
 * one could not.
 */
export function ownFolder(root: (typeof roots)[number] = '/tmp'): string {
  const { pid, start } = identify(process.pid)!
  return mkdtempSync(join(root, `dockfault-${pid}-${start}-`))
}

/** Removes the temporary folders of dead processes, except those that records of kept hosts name. Gives their paths. */
export function sweepFolders(recorded: readonly string[], dirs: readonly string[] = roots): string[] {
  return dirs.flatMap((dir) =>
    readdirSync(dir).flatMap((name) => {
      const [, pid, start] = owned.exec(name) ?? []
      const path = join(dir, name)
      if (pid === undefined || startOf(Number(pid)) === start || recorded.includes(path)) return []
      rmSync(path, { recursive: true, force: true })
      return [path]
    }),
  )
}
