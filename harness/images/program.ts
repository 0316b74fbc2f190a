import { chmod, copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { shellQuote } from '../lib/text.ts'
import { machineMirrors } from './apt-sources.ts'
import { type BuildOptions, cached, find, type Key } from './cache.ts'
import { mmdebstrap } from './mmdebstrap.ts'
import { ensureBuilders } from './needs.ts'
import { type BuildRecipe, fingerprint, loadBuildRecipe, recipeScript } from './recipe.ts'
import { Steps } from './steps.ts'

// To be changed whenever the same recipe would make another program. Hosts have their own builderVersion.
const version = '1'

/**
 * The file of a program, built from source by the recipe of that name. apt's own downloader fetches the source from
 * this machine's Debian mirror and checks it against the recipe's checksum.
 */
export async function buildProgram(name: string, options: BuildOptions): Promise<string> {
  const recipe = loadBuildRecipe(name)
  const dir = await cached(programKey(recipe), options, async (dir) => {
    await ensureBuilders(options)
    const steps = new Steps(name, dir, options)
    const [source, product] = [join(dir, 'source'), join(dir, recipe.product)]
    const { path, sha256 } = recipe.source
    const address = `${machineMirrors().main.replace(/\/$/, '')}/${path}`
    await steps.run('downloading the source', [
      '/usr/lib/apt/apt-helper',
      'download-file',
      address,
      source,
      `SHA256:${sha256}`,
    ])
    // In a user namespace mmdebstrap may not be able to read this checkout.
    const script = join(dir, 'build.sh')
    await copyFile(recipeScript(recipe, recipe.build), script)
    const words = await mmdebstrap(recipe, '/dev/null', [
      `--include=${recipe.packages.join(',')}`,
      '--customize-hook=mkdir "$1/build"',
      `--customize-hook=upload ${shellQuote(source)} /build/source.tar.xz`,
      `--customize-hook=upload ${shellQuote(script)} /build/build.sh`,
      '--customize-hook=chroot "$1" sh -eu /build/build.sh',
      `--customize-hook=download /build/product ${shellQuote(product)}`,
    ])
    // Only the product of the root file system stays.
    const throwAway = words.map((word) => (word === '--format=tar' ? '--format=null' : word))
    await steps.run('building', throwAway)
    await chmod(product, 0o755)
    await rm(source)
    await rm(script)
    steps.report('built')
  })
  return join(dir, recipe.product)
}

/** The program's file, if the cache has it undamaged and from the present recipe. */
export async function findProgram(name: string): Promise<string | undefined> {
  const recipe = loadBuildRecipe(name)
  const dir = await find(programKey(recipe))
  return dir && join(dir, recipe.product)
}

function programKey(recipe: BuildRecipe): Key {
  const script = { file: recipeScript(recipe, recipe.build) }
  return {
    image: recipe.name,
    kind: 'program',
    hash: fingerprint([`program ${version}`, { file: recipe.file }, script]),
  }
}
