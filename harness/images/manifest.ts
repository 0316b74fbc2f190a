import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The recorded contents of a build in the cache. */
export interface Manifest {
  builtAt: string
  /** The ms that the build took. */
  tookMs: number
  files: Record<string, { sha256: string; size: number }>
}

/** The sha256 of a file. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 4 * 2 ** 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

// The manifest against which each folder was verified, so that gigabytes are read only once in a process.
const verified = new Map<string, string>()

/** Whether a build has every file, unchanged. */
export async function isWhole(dir: string): Promise<boolean> {
  try {
    const manifest = await readFile(join(dir, 'manifest.json'), 'utf8')
    const { files } = JSON.parse(manifest) as Manifest
    const sizes = await Promise.all(
      Object.entries(files).map(async ([name, { size }]) => (await stat(join(dir, name))).size === size),
    )
    if (sizes.includes(false)) return false
    if (verified.get(dir) === manifest) return true
    for (const [name, { sha256 }] of Object.entries(files))
      if ((await hashFile(join(dir, name))) !== sha256) return false
    if (Object.keys(files).length === 0) return false
    verified.set(dir, manifest)
    return true
  } catch {
    return false
  }
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
  const files: Manifest['files'] = {}
  for (const name of (await readdir(dir)).sort())
    files[name] = { sha256: await hashFile(join(dir, name)), size: (await stat(join(dir, name))).size }
  await writeFile(
    join(dir, 'manifest.json'),
    JSON.stringify({ builtAt: new Date().toISOString(), tookMs, files } satisfies Manifest, undefined, 2),
  )
}
