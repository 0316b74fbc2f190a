import { ensurePackages } from '../lib/packages.ts'
import type { BuildOptions } from './cache.ts'

/** Changes whenever the builder makes something else out of the same recipe. */
export const builderVersion = '2'

/** The Debian packages that building an image takes. */
export const builderPackages = (): string[] => [
  ...['mmdebstrap', 'debian-archive-keyring', 'e2fsprogs', 'tar', 'util-linux'],
  // newuidmap, for a user namespace with more than one user in it.
  ...(process.getuid?.() === 0 ? [] : ['uidmap']),
]

/** Installs what building takes, where it is missing. */
export const ensureBuilders = (options: BuildOptions): Promise<void> =>
  ensurePackages(builderPackages(), {
    why: 'build host images',
    progress: options.progress,
    signal: options.signal,
  })
