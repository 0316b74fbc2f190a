import { chmod, copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { shellQuote } from '../lib/text.ts'
import { machineMirrors } from './apt-sources.ts'
import { type BuildOptions, cached, find, type Key } from './cache.ts'
import { mmdebstrap } from './mmdebstrap.ts'
import { ensureBuilders } from './needs.ts'
import {
  type BuildRecipe,
  fingerprint,
  loadBuildRecipe,
  loadPackageRecipe,
  type PackageRecipe,
  recipeScript,
} from './recipe.ts'
import { Steps } from './steps.ts'

// To be changed whenever the same recipe would make another program. Hosts have their own builderVersion.
const version = '1'

/**
 * The file of a program, built from source by the recipe of that name. apt's own downloader fetches the source from
 * this machine's Debian mirror and checks it against the recipe's checksum.
 */
export async function buildProgram(name: string, options: BuildOptions): Promise<string> {
  const recipe = loadBuildRecipe(name)
  return built(recipe, options, async (dir, steps) => {
    const source = join(dir, 'source')
    const { path, sha256 } = recipe.source
    const address = `${machineMirrors().main.replace(/\/$/, '')}/${path}`
    await steps.run('downloading the source', [
      '/usr/lib/apt/apt-helper',
      'download-file',
      address,
      source,
      `SHA256:${sha256}`,
    ])
    await buildIn(recipe, dir, steps, [`--customize-hook=upload ${shellQuote(source)} /build/source.tar.xz`])
    await rm(source)
  })
}

/** The file of a program as a package of its suite has it. It fails where the suite has another version by now. */
export async function packProgram(name: string, options: BuildOptions): Promise<string> {
  const recipe = loadPackageRecipe(name)
  return built(recipe, options, (dir, steps) => buildIn(recipe, dir, steps, [], shellQuote(recipe.version)))
}

/** The program's file, if the cache has it undamaged and from the present recipe. */
export const findProgram = (name: string): Promise<string | undefined> => findBuilt(loadBuildRecipe(name))

/** The file that `packProgram` made, in the same way. */
export const findPacked = (name: string): Promise<string | undefined> => findBuilt(loadPackageRecipe(name))

type Recipe = BuildRecipe | PackageRecipe

async function built(
  recipe: Recipe,
  options: BuildOptions,
  make: (dir: string, steps: Steps) => Promise<void>,
): Promise<string> {
  const dir = await cached(programKey(recipe), options, async (dir) => {
    await ensureBuilders(options)
    const steps = new Steps(recipe.name, dir, options)
    await make(dir, steps)
    steps.report('built')
  })
  return join(dir, recipe.product)
}

/** Runs the recipe's script in a temporary root of its suite. Only the product of that root stays. */
async function buildIn(recipe: Recipe, dir: string, steps: Steps, hooks: string[], argument = ''): Promise<void> {
  // In a user namespace mmdebstrap may not be able to read this checkout.
  const script = join(dir, 'build.sh')
  const product = join(dir, recipe.product)
  await copyFile(recipeScript(recipe, recipe.build), script)
  const words = await mmdebstrap(recipe, '/dev/null', [
    `--include=${recipe.packages.join(',')}`,
    '--customize-hook=mkdir "$1/build"',
    ...hooks,
    `--customize-hook=upload ${shellQuote(script)} /build/build.sh`,
    `--customize-hook=chroot "$1" sh -eu /build/build.sh ${argument}`,
    `--customize-hook=download /build/product ${shellQuote(product)}`,
  ])
  const throwAway = words.map((word) => (word === '--format=tar' ? '--format=null' : word))
  await steps.run('building', throwAway)
  await chmod(product, 0o755)
  await rm(script)
}

async function findBuilt(recipe: Recipe): Promise<string | undefined> {
  const dir = await find(programKey(recipe))
  return dir && join(dir, recipe.product)
}

function programKey(recipe: Recipe): Key {
  const script = { file: recipeScript(recipe, recipe.build) }
  return {
    image: recipe.name,
    kind: 'program',
    hash: fingerprint([`program ${version}`, { file: recipe.file }, script]),
  }
}
