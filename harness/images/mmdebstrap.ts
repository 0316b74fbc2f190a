import { machineSettings } from './apt-settings.ts'
import { machineMirrors, sourceLines } from './apt-sources.ts'
import type { HostRecipe } from './recipe.ts'

/** The words of an mmdebstrap that sees this machine's mirrors through this machine's settings. */
export async function mmdebstrap(
  recipe: Pick<HostRecipe, 'suite' | 'pockets'>,
  tar: string,
  more: string[],
): Promise<string[]> {
  const settings = (await machineSettings()).map((setting) => `--aptopt=${setting}`)
  return [
    ...['mmdebstrap', `--mode=${process.getuid?.() === 0 ? 'root' : 'unshare'}`, '--variant=apt', '--format=tar'],
    // The lists are ours to keep or drop (finish.sh).
    '--skip=cleanup/apt',
    ...settings,
    // Kept in the image: no manuals to unpack and no waiting for disks inside a slow machine.
    ...[
      '--dpkgopt=force-unsafe-io',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
    ],
    ...['--dpkgopt=path-exclude=/usr/share/locale/*', '--dpkgopt=path-include=/usr/share/doc/*/copyright'],
    ...more,
    ...[recipe.suite, tar, ...sourceLines(machineMirrors(), recipe.suite, recipe.pockets)],
  ]
}
