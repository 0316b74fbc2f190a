import { chmod, copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { shellQuote } from '../lib/text.ts'
import { machineMirrors } from './apt-sources.ts'
import { type BuildOptions, cached, find, type Key } from './cache.ts'
import { mmdebstrap } from './mmdebstrap.ts'
import { ensureBuilders } from './needs.ts'
import { type BuildRecipe, fingerprint, loadBuildRecipe, recipeScript } from './recipe.ts'
import { Steps } from './steps.ts'

// Changes whenever the same recipe would make another program. The builder of hosts has a version of its own.
const version = '1'

/**
 * The file of a program built from source by the recipe of that name. The source comes from the Debian mirror of this
 * machine, by apt's own downloader, which holds it against the recipe's checksum.
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
    // Nothing is kept of the root but the product.
    const throwAway = words.map((word) => (word === '--format=tar' ? '--format=null' : word))
    await steps.run('building', throwAway)
    await chmod(product, 0o755)
    await rm(source)
    await rm(script)
    steps.say('built')
  })
  return join(dir, recipe.product)
}

/** The program's file if it has been built, whole and from today's recipe. */
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
