import { machineSettings } from './apt-settings.ts'
import { machineMirrors, sourceLines } from './apt-sources.ts'
import type { HostRecipe } from './recipe.ts'

/** An mmdebstrap command, word by word, that uses this machine's mirrors and apt settings. */
export async function mmdebstrap(
  recipe: Pick<HostRecipe, 'suite' | 'pockets'>,
  tar: string,
  more: string[],
): Promise<string[]> {
  const settings = (await machineSettings()).map((setting) => `--aptopt=${setting}`)
  return [
    ...['mmdebstrap', `--mode=${process.getuid?.() === 0 ? 'root' : 'unshare'}`, '--variant=apt', '--format=tar'],
    // finish.sh decides whether the package lists stay.
    '--skip=cleanup/apt',
    ...settings,
    // These options stay in the image: dpkg unpacks no manuals and does not wait for disks on a slow machine.
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
