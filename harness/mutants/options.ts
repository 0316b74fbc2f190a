import { parseArgs } from 'node:util'
import { LabError, messageOf } from '../lib/errors.ts'

export interface Options {
  /** Folders to mutate, as `harness/results`; empty for all. */
  folders: string[]
  /** Only lines that changed since this commit. */
  since?: string
  /** Only the folder's own specs, not the others for what survives them. */
  near: boolean
}

const usage = `npm run mutants -- [--folder FOLDER]... [--since REV] [--near]
  breaks what judges, one small change at a time; exit 1 where specs notice too few of the changes
  --folder FOLDER  mutate only this folder or file, as harness/results or harness/cell/observe.ts; may be repeated
  --since REV      mutate only the lines that differ from this commit
  --near           leave out the second round, in which all other specs see what the folder's own did not notice`

/** Reads the command line. Throws LabError `usage`. */
export function readOptions(args: string[]): Options {
  try {
    const { values } = parseArgs({
      args,
      options: {
        folder: { type: 'string', multiple: true },
        since: { type: 'string' },
        near: { type: 'boolean', default: false },
      },
    })
    const folders = (values.folder ?? []).map((folder) => folder.replace(/^\.\/|\/+$/g, ''))
    return { folders, near: values.near ?? false, ...(values.since !== undefined && { since: values.since }) }
  } catch (error) {
    throw new LabError('usage', messageOf(error), { hint: usage, cause: error })
  }
}
