import { existsSync, utimesSync } from 'node:fs'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { tryLock, waitForLock } from './lock.ts'
import { builtAt, isWhole, tookMs, writeManifest } from './manifest.ts'
import { dropScratch, makeScratch, remove } from './scratch.ts'

/** The name of a build: its image, the kind of artefact, and a hash of everything it is made from. */
export interface Key {
  image: string
  kind: 'disk' | 'rootfs' | 'probe' | 'program' | 'ready' | 'packages' | 'box'
  hash: string
}

export interface BuildOptions {
  progress: (line: string) => void
  signal: AbortSignal
  /** Builds again even if the cache has it, so that an image gets the mirror's newer packages. */
  fresh?: boolean | undefined
  /** Called with each build that comes from the cache, and the ms that building it took. */
  saved?: ((kind: Key['kind'], ms: number) => void) | undefined
}

const keptForMs = 7 * 24 * 3600_000

/** The folder of this user's dockfault cache. */
export const cacheRoot = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dockfault')

const root = (): string => join(cacheRoot(), 'images')
const label = ({ image, kind, hash }: Key): string => `${image}-${kind}-${hash.slice(0, 12)}`
const workFolder = /^\.building-(.+)$/

/** Whether the cache has a build, without reading it. A damaged one counts: it is built again when it is used. */
export const isThere = (key: Key): boolean => existsSync(join(root(), label(key), 'manifest.json'))

/** The folder of a build, if the cache has it undamaged; else undefined. */
export async function find(key: Key): Promise<string | undefined> {
  const dir = join(root(), label(key))
  if (!(await isWhole(dir))) return undefined
  utimesSync(dir, new Date(), new Date())
  return dir
}

/**
 * The folder of a build: from the cache if every file has the recorded hash, else from `make`, in a folder that gets
 * its name only when it is complete. If two processes want the same build, the second waits for the first.
 */
export async function cached(key: Key, options: BuildOptions, make: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(root(), label(key))
  const requestedAt = Date.now()
  const reported = async (found: string): Promise<string> => {
    options.saved?.(key.kind, await tookMs(found))
    return found
  }
  if (!options.fresh) {
    const found = await find(key)
    if (found) return await reported(found)
  }
  await mkdir(root(), { recursive: true })
  const lockFile = `${dir}.lock`
  let lock = await tryLock(lockFile)
  if (!lock) {
    options.progress(`another process is building ${label(key)}: waiting for it`)
    lock = await waitForLock(lockFile, options.signal)
  }
  try {
    // The other process may have built it meanwhile. That is fresh enough if it ended after this request.
    const found = await find(key)
    if (found && (!options.fresh || (await builtAt(found)) > requestedAt)) return await reported(found)
    if (existsSync(dir)) {
      if (!found) options.progress(`${label(key)} in the cache is damaged: building it again`)
    }
    const work = join(root(), `.building-${label(key)}`)
    // This process holds the lock, so a folder of that name is from a killed build.
    await remove(work)
    await mkdir(work)
    try {
      await makeScratch(work)
      const started = Date.now()
      await make(work)
      const ended = Date.now()
      options.signal.throwIfAborted()
      await dropScratch(work)
      await writeManifest(work, ended - started)
      await remove(dir)
      await rename(work, dir)
    } catch (error) {
      await remove(work)
      throw error
    }
    await prune(dir)
    return dir
  } finally {
    await lock.release()
  }
}

/** Removes what killed builds have left, and returns their names. Running builds stay. */
export async function sweepBuilds(): Promise<string[]> {
  const swept: string[] = []
  for (const name of existsSync(root()) ? await readdir(root()) : []) {
    const of = workFolder.exec(name)?.[1]
    if (!of) continue
    const lock = await tryLock(join(root(), `${of}.lock`))
    if (!lock) continue
    await remove(join(root(), name))
    await lock.release()
    swept.push(of)
  }
  return swept
}

// Builds of changed recipes stay for a while, for people who switch between two versions.
async function prune(current: string): Promise<void> {
  for (const name of await readdir(root())) {
    const dir = join(root(), name)
    if (dir === current || workFolder.test(name) || name.endsWith('.lock')) continue
    const { mtimeMs } = await stat(dir)
    if (Date.now() - mtimeMs > keptForMs) await remove(dir)
  }
}
