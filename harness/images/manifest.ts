import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The recorded contents of a build in the cache. */
export interface Manifest {
  builtAt: string
  /** The ms that the build took. */
  tookMs: number
  /** `blocks` is the hash by hashBlocks. Older manifests have `sha256`, the hash by hashFile; the oldest have only that. */
  files: Record<string, { sha256?: string; blocks?: string; size: number }>
  /** A hash of the rest; older manifests lack it. */
  sum?: string
}

const sumOf = (rest: Omit<Manifest, 'sum'>): string => createHash('sha256').update(JSON.stringify(rest)).digest('hex')

/** The sha256 of a file. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 4 * 2 ** 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

const block = 4 * 2 ** 20
const zeros = Buffer.alloc(block)

/**
 * A sha256 of a file's blocks for which a block of zeros costs next to nothing: three quarters of a frozen machine's
 * memory are zeros.
 */
export async function hashBlocks(file: string): Promise<string> {
  const hash = createHash('sha256')
  await using handle = await open(file)
  const buffer = Buffer.alloc(block)
  for (;;) {
    let length = 0
    for (let read = -1; read !== 0 && length < block; length += read)
      read = (await handle.read(buffer, length, block - length)).bytesRead
    const bytes = buffer.subarray(0, length)
    const isZero = bytes.equals(zeros.subarray(0, length))
    hash.update(isZero ? `zeros ${length}\n` : `bytes ${length}\n`)
    if (!isZero) hash.update(bytes)
    if (length < block) return hash.digest('hex')
  }
}

// What was found of each folder, so that gigabytes are read only once in a process: hosts that start side by side share
// one reading.
const verified = new Map<string, { state: string; whole: Promise<boolean> }>()

/**
 * Whether a build has every file, unchanged. The first question in a process reads all files, so that it also finds what
 * a disk has lost. Later ones read them again only if one was written, replaced or removed since.
 */
export async function isWhole(dir: string): Promise<boolean> {
  try {
    const manifest = await readFile(join(dir, 'manifest.json'), 'utf8')
    const { sum, ...rest } = JSON.parse(manifest) as Manifest
    if (sum !== undefined && sum !== sumOf(rest)) return false
    const { files } = rest
    const all = Object.entries(files)
    const stats = await Promise.all(all.map(([name]) => stat(join(dir, name), { bigint: true })))
    if (all.length === 0 || all.some(([, { size }], at) => stats[at]!.size !== BigInt(size))) return false
    const state = [manifest, ...stats.map(({ ino, mtimeNs, ctimeNs }) => `${ino} ${mtimeNs} ${ctimeNs}`)].join('\n')
    const known = verified.get(dir)
    if (known?.state === state) return await known.whole
    const whole = haveHashes(dir, files)
    verified.set(dir, { state, whole })
    return await whole
  } catch {
    return false
  }
}

async function haveHashes(dir: string, files: Manifest['files']): Promise<boolean> {
  let whole = true
  await largestFirst(Object.entries(files), async (name, { sha256, blocks }) => {
    if (!whole) return
    const file = join(dir, name)
    const hash = blocks === undefined ? hashFile(file) : hashBlocks(file)
    if ((await hash.catch(() => '')) !== (blocks ?? sha256)) whole = false
  })
  return whole
}

/** Does something with each file, two at a time: a disk and the processors are then both busy. */
async function largestFirst<T extends { size: number }>(
  files: [name: string, file: T][],
  work: (name: string, file: T) => Promise<void>,
): Promise<void> {
  const left = files.toSorted(([, a], [, b]) => b.size - a.size)
  const take = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) await work(...next)
  }
  await Promise.all([take(), take()])
}

/** The manifest of a build in the cache. */
export const manifestOf = async (dir: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8'))

/** When a build ended, in ms since the epoch. */
export const builtAt = async (dir: string): Promise<number> => Date.parse((await manifestOf(dir)).builtAt)

/** The ms that a build in the cache took. */
export const tookMs = async (dir: string): Promise<number> => (await manifestOf(dir)).tookMs ?? 0

/** Writes the manifest of a folder, with the ms that the build took. */
export async function writeManifest(dir: string, tookMs: number): Promise<void> {
  const names = (await readdir(dir)).sort()
  const files: Manifest['files'] = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, { size: (await stat(join(dir, name))).size }] as const)),
  )
  await largestFirst(Object.entries(files), async (name, file) => {
    file.blocks = await hashBlocks(join(dir, name))
  })
  const rest = { builtAt: new Date().toISOString(), tookMs, files }
  const manifest: Manifest = { ...rest, sum: sumOf(rest) }
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest, undefined, 2))
}
