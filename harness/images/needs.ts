import { ensurePackages } from '../lib/packages.ts'
import type { BuildOptions } from './cache.ts'

/** To be changed whenever the builder makes something else from the same recipe. */
export const builderVersion = '2'

/** The Debian packages that building an image needs. */
export const builderPackages = (): string[] => [
  ...['mmdebstrap', 'debian-archive-keyring', 'e2fsprogs', 'tar', 'util-linux'],
  // It has newuidmap, for a user namespace with more than one user.
  ...(process.getuid?.() === 0 ? [] : ['uidmap']),
]

/** Installs the packages for building that are missing. */
export const ensureBuilders = (options: BuildOptions): Promise<void> =>
  ensurePackages(builderPackages(), {
    why: 'build host images',
    progress: options.progress,
    signal: options.signal,
  })
