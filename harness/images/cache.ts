import { existsSync, utimesSync } from 'node:fs'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { tryLock, waitForLock } from './lock.ts'
import { builtAt, isWhole, tookMs, writeManifest } from './manifest.ts'
import { dropScratch, makeScratch, remove } from './scratch.ts'

/** What a build is called: its image, which artefact of it, and the hash of everything it was made from. */
export interface Key {
  image: string
  kind: 'disk' | 'rootfs' | 'probe' | 'program' | 'ready' | 'packages' | 'box'
  hash: string
}

export interface BuildOptions {
  progress: (line: string) => void
  signal: AbortSignal
  /** Builds anew even where the cache has it: how an image gets the mirror's newer packages. */
  fresh?: boolean | undefined
  /** Called with each build that the cache had, and the ms that making it took then. */
  saved?: ((kind: Key['kind'], ms: number) => void) | undefined
}

const keptForMs = 7 * 24 * 3600_000

/** Where this user's cache of dockfault is. */
export const cacheRoot = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dockfault')

const root = (): string => join(cacheRoot(), 'images')
const label = ({ image, kind, hash }: Key): string => `${image}-${kind}-${hash.slice(0, 12)}`
const workFolder = /^\.building-(.+)$/

/** Whether the cache has a build, without reading it: a damaged one counts, and is made again when it is used. */
export const isThere = (key: Key): boolean => existsSync(join(root(), label(key), 'manifest.json'))

/** The folder of a build that is in the cache and whole; undefined otherwise. */
export async function find(key: Key): Promise<string | undefined> {
  const dir = join(root(), label(key))
  if (!(await isWhole(dir))) return undefined
  utimesSync(dir, new Date(), new Date())
  return dir
}

/**
 * The folder of a build: from the cache when every file has the recorded hash, else made by `make` in a folder that
 * gets its name only when it is complete. Of two that want the same build, the second waits for the first.
 */
export async function cached(key: Key, options: BuildOptions, make: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(root(), label(key))
  const asked = Date.now()
  const told = async (found: string): Promise<string> => {
    options.saved?.(key.kind, await tookMs(found))
    return found
  }
  if (!options.fresh) {
    const found = await find(key)
    if (found) return await told(found)
  }
  await mkdir(root(), { recursive: true })
  const lockFile = `${dir}.lock`
  let lock = await tryLock(lockFile)
  if (!lock) {
    options.progress(`another process is building ${label(key)}: waiting for it`)
    lock = await waitForLock(lockFile, options.signal)
  }
  try {
    // The other process may have built it meanwhile; a fresh one is fresh enough if it was finished after we asked.
    const found = await find(key)
    if (found && (!options.fresh || (await builtAt(found)) > asked)) return await told(found)
    if (existsSync(dir)) {
      if (!found) options.progress(`${label(key)} in the cache is damaged: it is built again`)
    }
    const work = join(root(), `.building-${label(key)}`)
    // The lock is ours, so a folder of that name is of a build that was killed.
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

/** Removes what builds that were killed have left, and returns their names. Builds under way are left alone. */
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

// Builds of recipes that have changed since: kept for a while, for people who go back and forth between two versions.
async function prune(current: string): Promise<void> {
  for (const name of await readdir(root())) {
    const dir = join(root(), name)
    if (dir === current || workFolder.test(name) || name.endsWith('.lock')) continue
    const { mtimeMs } = await stat(dir)
    if (Date.now() - mtimeMs > keptForMs) await remove(dir)
  }
}
