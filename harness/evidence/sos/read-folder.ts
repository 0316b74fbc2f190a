import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../lib/errors.ts'
import type { ReportFiles } from './report.ts'
import { isWanted, most } from './sections.ts'

/** Reads an unpacked report. Links are noted and never followed. Throws LabError `usage` where it is none. */
export async function readReportFolder(folder: string): Promise<ReportFiles> {
  const root = await rootOf(folder)
  const found: ReportFiles = { files: new Map(), links: new Map(), cut: false }
  await readInto(found, root, '', { bytes: 0, entries: 0 })
  return found
}

/** The folder itself, or the only one in it. */
async function rootOf(folder: string): Promise<string> {
  const names = await readdir(folder)
  if (names.includes('sos_commands')) return folder
  const inner: string[] = []
  for (const name of names)
    if ((await lstat(join(folder, name))).isDirectory() && (await readdir(join(folder, name))).includes('sos_commands'))
      inner.push(join(folder, name))
  if (inner.length === 1) return inner[0]!
  throw new LabError('usage', `${folder} is no sos report: it has no folder sos_commands`, {
    hint: inner.length > 1 ? `it holds several reports: name one of them` : 'name the archive that sos report made',
  })
}

// Below these, nothing is read, and they are large.
const skipped =
  /^(sos_logs|sos_strings|var|sys|proc\/\d+\/(?!net$)[^/]+|sos_commands\/(logs|systemd\/.+\/|selinux|rpm|block))$/

async function readInto(
  found: ReportFiles,
  root: string,
  path: string,
  total: { bytes: number; entries: number },
): Promise<void> {
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const own = path === '' ? entry.name : `${path}/${entry.name}`
    total.entries++
    if (total.entries > most.entries) throw tooMuch(root)
    if (entry.isDirectory() && !skipped.test(own)) await readInto(found, root, own, total)
    else if (entry.isSymbolicLink()) found.links.set(own, await readlink(join(root, own)))
    else if (entry.isFile() && isWanted(own)) {
      const { size } = await lstat(join(root, own))
      total.bytes += Math.min(size, most.file)
      if (total.bytes > most.all) throw tooMuch(root)
      found.files.set(own, size > most.file ? undefined : await readFile(join(root, own), 'utf8'))
    }
  }
}

/** The error for what is larger than any report. */
export const tooMuch = (name: string): LabError =>
  new LabError('host', `${name} is larger than any sos report`, {
    hint: 'run collect.sh on the host in its place: sudo sh collect.sh >host.bundle',
  })
