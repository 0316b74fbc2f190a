import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { LabError, messageOf } from '../../lib/errors.ts'
import { onPath } from '../../lib/programs.ts'
import { tooMuch } from './read-folder.ts'
import type { ReportFiles } from './report.ts'
import { isWanted, most } from './sections.ts'

/**
 * Reads the archive of a report without unpacking it: nothing is written, and no link is followed. One that ends too
 * early is read as far as it goes. Throws LabError `usage` where it is no report, `missing` where xz or bzip2 is.
 */
export async function readReportArchive(file: string): Promise<ReportFiles> {
  const found: ReportFiles = { files: new Map(), links: new Map(), cut: false }
  const { stream, stop } = await unpacked(file)
  const seen = { entries: 0, reports: new Set<string>() }
  try {
    await readEntries(stream, found, seen, file)
  } catch (error) {
    if (error instanceof LabError) throw error
    found.cut = true
    if (found.files.size === 0)
      throw new LabError('host', `${file} cannot be read as an archive: ${messageOf(error)}`, { hint: byHand })
  } finally {
    stop()
  }
  if (seen.reports.size > 1)
    throw new LabError('usage', `${file} holds several reports: ${[...seen.reports].slice(0, 4).join(', ')}`, {
      hint: 'unpack it, and name one of them',
    })
  if (seen.reports.size === 0 && found.cut)
    throw new LabError('host', `${file} is cut off before the output of the first command`, {
      hint: 'copy the archive again, and compare its size',
    })
  if (seen.reports.size === 0)
    throw new LabError('usage', `${file} is no sos report: it has no folder sos_commands`, {
      hint: 'name the archive that sos report made; one that sos collect made holds such archives',
    })
  return found
}

const byHand = 'unpack it with tar, and name the folder'

async function readEntries(
  stream: Readable,
  found: ReportFiles,
  seen: { entries: number; reports: Set<string> },
  file: string,
): Promise<void> {
  const entries = extract()
  let bytes = 0
  stream.on('error', (error: Error) => entries.destroy(error))
  stream.pipe(entries)
  for await (const entry of entries) {
    const { name, type, size = 0, linkname } = entry.header
    const [report = '', ...rest] = name.replace(/^(\.?\/)+/, '').split('/')
    const path = rest.join('/')
    if (path.startsWith('sos_commands/')) seen.reports.add(report)
    if (++seen.entries > most.entries) throw tooMuch(file)
    if (type === 'symlink' && linkname) found.links.set(path, linkname)
    if (type !== 'file' || !isWanted(path)) {
      entry.resume()
      continue
    }
    bytes += Math.min(size, most.file)
    if (bytes > most.all) throw tooMuch(file)
    if (size > most.file) {
      found.files.set(path, undefined)
      entry.resume()
      continue
    }
    const parts: Buffer[] = []
    for await (const part of entry) parts.push(part as Buffer)
    // Of two with one name the last counts, as for tar.
    found.files.set(path, Buffer.concat(parts).toString('utf8'))
  }
}

interface Unpacked {
  stream: Readable
  stop: () => void
}

/** The archive without its compression, by its first bytes and not by its name. */
async function unpacked(file: string): Promise<Unpacked> {
  const start = await firstBytes(file)
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, at) => start[at] === byte)
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return through('xz', file)
  if (starts(0x42, 0x5a, 0x68)) return through('bzip2', file)
  const stream = createReadStream(file)
  const stop = (): void => void stream.destroy()
  if (starts(0x1f, 0x8b)) {
    const plain = createGunzip()
    stream.on('error', (error) => plain.destroy(error))
    return { stream: stream.pipe(plain), stop }
  }
  if (start.subarray(257, 262).toString('latin1') === 'ustar') return { stream, stop }
  stop()
  const encrypted = /\.(gpg|asc)$/.test(file) || start[0] === 0x8c || start[0] === 0x85
  throw new LabError('usage', `${file} is no sos report: no archive of tar, gzip, xz or bzip2`, {
    hint: encrypted
      ? 'it seems encrypted: decrypt it first, with gpg --decrypt'
      : 'name the archive that sos report made',
  })
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(512)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const owners = { xz: 'xz-utils (Debian) or xz (others)', bzip2: 'bzip2' } as const

/** Node cannot undo this compression by itself. */
function through(program: 'xz' | 'bzip2', file: string): Unpacked {
  if (!onPath(program))
    throw new LabError('missing', `${file} is compressed by ${program}, which is not installed here`, {
      hint: `install ${owners[program]}, or unpack the archive elsewhere and name its folder`,
    })
  const child = spawn(program, ['--decompress', '--stdout'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const input = createReadStream(file)
  // It may end before it has read everything.
  child.stdin.on('error', () => {})
  child.on('error', (error) => child.stdout.destroy(error))
  input.pipe(child.stdin)
  const stop = (): void => {
    input.destroy()
    child.kill()
  }
  return { stream: Readable.from(child.stdout), stop }
}
