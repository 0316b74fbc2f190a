import type { BuildOptions, Key } from './cache.ts'
import { tookMs } from './manifest.ts'

/**
 * Finds or makes each build of one kind only once in a process: to verify it in the cache takes a second, and every
 * host needs it. `dirOf` gives a build's folder in the cache. A failed build is tried again.
 */
export function onceEach<T>(kind: Key['kind'], dirOf: (built: T) => string) {
  const builds = new Map<string, Promise<T>>()
  return async (image: string, options: Pick<BuildOptions, 'fresh' | 'saved'>, make: () => Promise<T>): Promise<T> => {
    const known = options.fresh ? undefined : builds.get(image)
    const building = known ?? make()
    builds.set(image, building)
    const built = await building.catch((error: unknown) => {
      builds.delete(image)
      throw error
    })
    if (known) options.saved?.(kind, await tookMs(dirOf(built)))
    return built
  }
}
