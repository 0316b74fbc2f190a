import type { BuildOptions, Key } from './cache.ts'
import { tookMs } from './manifest.ts'

/**
 * Builds of one kind, each looked up once in a process: whether the cache has it whole takes a second to tell, and every
 * host asks. `dirOf` gives a build's folder in the cache. One that failed is made anew.
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
