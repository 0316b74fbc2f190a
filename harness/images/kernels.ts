import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { LabError } from '../lib/errors.ts'
import { compareVersions } from '../lib/text.ts'
import { makeAptRoot } from './apt-root.ts'
import { machineMirrors, sourceLines } from './apt-sources.ts'
import { loadHostRecipe } from './recipe.ts'

/**
 * The kernels that the suite of a host image has of its flavour, oldest first, each by the name of its package after
 * `linux-image-`. Reads the mirror's package lists. Throws LabError `image` where that fails.
 */
export async function kernelsOf(image: string, signal: AbortSignal): Promise<string[]> {
  const { suite, pockets, kernel } = loadHostRecipe(image)
  const root = await mkdtemp(join(tmpdir(), 'dockfault-kernels-'))
  try {
    const env = await makeAptRoot(root, sourceLines(machineMirrors(), suite, pockets), '')
    await execa('apt-get', ['update'], { env, cancelSignal: signal })
    const { stdout } = await execa('apt-cache', ['pkgnames', 'linux-image-'], { env, cancelSignal: signal })
    return kernelsAmong(stdout.split('\n'), kernel)
  } catch (cause) {
    signal.throwIfAborted()
    throw new LabError('image', `the kernels of ${suite} could not be listed`, {
      cause,
      hint: 'check that this machine reaches its Debian mirror: apt-get update',
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** The versions of real images among names of packages. A name with two numbers stands for the newest of a line. */
export function kernelsAmong(names: readonly string[], meta: string): string[] {
  const flavour = meta.replace('linux-image-', '')
  return names
    .map((name) => name.replace('linux-image-', ''))
    .filter((name) => /^\d+\.\d+\.\d/.test(name) && name.endsWith(`-${flavour}`))
    .sort(compareVersions)
}
