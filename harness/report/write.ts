import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readHistory } from '../results/history.ts'
import type { RunRecord } from '../results/record.ts'
import { renderHtml } from './html/index.ts'
import { renderJunit } from './junit.ts'
import { readLogs } from './logs.ts'

/**
 * Writes every report of a run into its folder, where `hosts/` may hold what each host printed, and points `latest`
 * beside it there; gives the page's path.
 */
export async function writeReports(record: RunRecord, dir: string): Promise<string> {
  await mkdir(dir, { recursive: true })
  // The record first: whatever else fails, the reports can be made again from it.
  await put(join(dir, 'record.json'), (path) => writeFile(path, `${JSON.stringify(record, null, 2)}\n`))
  await put(join(dir, 'junit.xml'), (path) => writeFile(path, renderJunit(record)))
  const page = renderHtml(record, readHistory(dirname(dir)), await readLogs(record, dir))
  await put(join(dir, 'index.html'), (path) => writeFile(path, page))
  await put(join(dirname(dir), 'latest'), (path) => symlink(basename(dir), path))
  return join(dir, 'index.html')
}

let serial = 0

// Made under another name and renamed: a reader sees the old one or the new one, never a half.
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
