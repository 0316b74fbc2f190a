import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { safeJson } from '../lib/text.ts'
import { readHistory } from '../results/history.ts'
import type { RunRecord } from '../results/record.ts'
import { renderHtml } from './html/index.ts'
import { renderJunit } from './junit.ts'
import { readLogs } from './logs.ts'

/**
 * Writes every report of a run into its folder, where `hosts/` may hold the logs of each host. Points the link `latest`
 * beside it to that folder. Gives the path of the page.
 */
export async function writeReports(record: RunRecord, dir: string): Promise<string> {
  await mkdir(dir, { recursive: true })
  // The record comes first, because all other reports can be made again from it.
  await put(join(dir, 'record.json'), (path) => writeFile(path, `${safeJson(record, 2)}\n`))
  await put(join(dir, 'junit.xml'), (path) => writeFile(path, renderJunit(record)))
  const page = renderHtml(record, readHistory(dirname(dir)), await readLogs(record, dir))
  await put(join(dir, 'index.html'), (path) => writeFile(path, page))
  await put(join(dirname(dir), 'latest'), (path) => symlink(basename(dir), path))
  return join(dir, 'index.html')
}

let serial = 0

// Written under another name and renamed, so that a reader never sees half a file.
async function put(path: string, make: (path: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}.${serial++}.tmp`
  try {
    await make(temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
