import { copyFile, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAptRoot } from './apt-root.ts'
import { machineMirrors, sourceLines } from './apt-sources.ts'
import { type BuildOptions, cached } from './cache.ts'
import { fingerprint, loadHostRecipe } from './recipe.ts'
import { scratchOf } from './scratch.ts'
import { Steps } from './steps.ts'

/**
 * The folder of the .deb files that a host of this image lacks for these packages and their dependencies. `status` is
 * the host's own dpkg database, against which apt resolves. apt checks the mirror's signatures.
 */
export async function downloadDebs(
  image: string,
  status: Uint8Array,
  packages: readonly string[],
  options: BuildOptions,
): Promise<string> {
  const recipe = loadHostRecipe(image)
  const sources = sourceLines(machineMirrors(), recipe.suite, recipe.pockets)
  const hash = fingerprint(['debs 1', ...sources, ...packages, Buffer.from(status).toString('latin1')])
  return cached({ image, kind: 'packages', hash }, options, async (dir) => {
    const steps = new Steps(`${image} packages`, dir, options)
    const root = join(scratchOf(dir), 'apt')
    const { APT_CONFIG } = await makeAptRoot(root, sources, status)
    const env = { env: { APT_CONFIG, TMPDIR: scratchOf(dir) } }
    await steps.run('reading package lists', ['apt-get', 'update'], undefined, env)
    await steps.run(
      `downloading ${packages.join(', ')}`,
      ['apt-get', 'install', '-y', '--no-install-recommends', '--download-only', ...packages],
      undefined,
      env,
    )
    const archives = join(root, 'var/cache/apt/archives')
    for (const file of (await readdir(archives)).filter((name) => name.endsWith('.deb')))
      await rename(join(archives, file), join(dir, file)).catch(() => copyFile(join(archives, file), join(dir, file)))
    steps.report('downloaded')
  })
}
