import type { BuildOptions, Key } from './cache.ts'
import { isWhole, tookMs } from './manifest.ts'

/**
 * Finds or makes each build of one kind only once in a process: to verify it in the cache takes a second, and every
 * host needs it. `dirOf` gives a build's folder in the cache. A failed build is tried again, and so is one whose files
 * were changed since.
 */
export function onceEach<T>(kind: Key['kind'], dirOf: (built: T) => string) {
  const builds = new Map<string, Promise<T>>()
  return async (image: string, options: Pick<BuildOptions, 'fresh' | 'saved'>, make: () => Promise<T>): Promise<T> => {
    const earlier = options.fresh ? undefined : builds.get(image)
    let reused = earlier !== undefined
    const again = async (built: T): Promise<T> => {
      if (await isWhole(dirOf(built))) return built
      reused = false
      return make()
    }
    const building = earlier ? earlier.then(again) : make()
    builds.set(image, building)
    const built = await building.catch((error: unknown) => {
      builds.delete(image)
      throw error
    })
    if (reused) options.saved?.(kind, await tookMs(dirOf(built)))
    return built
  }
}
