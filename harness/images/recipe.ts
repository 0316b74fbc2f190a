import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { LabError } from '../lib/errors.ts'

const words = z.array(z.string()).default([])

const hostRecipe = z.strictObject({
  suite: z.string(),
  pockets: z.array(z.enum(['updates', 'security'])).default([]),
  kernel: z.string(),
  'kernel-from': z.string().optional(),
  packages: words,
  'vm-packages': words,
  debconf: words,
  customise: words,
  'vm-customise': words,
  'first-boot': z.string(),
  finish: z.string(),
})

const probeRecipe = hostRecipe
  .pick({ suite: true, pockets: true, packages: true })
  .extend({ tag: z.string(), 'self-test': z.string() })

// A program that is built from source in a temporary root file system of `suite`.
const buildRecipe = hostRecipe.pick({ suite: true, pockets: true, packages: true }).extend({
  source: z.strictObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  build: z.string(),
  product: z.string(),
})

// The same program as a package of `suite` has it, in this version of the package.
const packageRecipe = buildRecipe.omit({ source: true }).extend({ version: z.string() })

export type BuildRecipe = z.infer<typeof buildRecipe> & Origin
export type PackageRecipe = z.infer<typeof packageRecipe> & Origin
export type HostRecipe = z.infer<typeof hostRecipe> & Origin
export type ProbeRecipe = z.infer<typeof probeRecipe> & Origin

interface Origin {
  name: string
  /** The recipe's folder, and its file. */
  dir: string
  file: string
}

/** The folder of the recipes. */
export const imagesRoot = fileURLToPath(new URL('../../images/', import.meta.url))

/** The names of the host images that have a recipe. */
export const hostImages = (root = imagesRoot): string[] =>
  readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'host.yaml')))
    .sort()

/** The recipe of a host image. */
export const loadHostRecipe = (name: string, root = imagesRoot): HostRecipe =>
  load(name, join(root, name, 'host.yaml'), hostRecipe)

/** The recipe of the probe image. */
export const loadProbeRecipe = (root = imagesRoot): ProbeRecipe =>
  load('busybox', join(root, 'busybox', 'probe.yaml'), probeRecipe)

/** The recipe of a program that is built from source. */
export const loadBuildRecipe = (name: string, root = imagesRoot): BuildRecipe =>
  load(name, join(root, name, 'build.yaml'), buildRecipe)

/** The recipe of a program as a package has it. */
export const loadPackageRecipe = (name: string, root = imagesRoot): PackageRecipe =>
  load(name, join(root, name, 'package.yaml'), packageRecipe)

function load<T extends z.ZodType>(name: string, file: string, schema: T): z.infer<T> & Origin {
  if (!existsSync(file))
    throw new LabError('image', `there is no recipe for the image ${name}`, {
      hint: `the images are: ${hostImages(join(file, '../..')).join(', ')}`,
    })
  const result = schema.safeParse(parse(readFileSync(file, 'utf8')))
  if (!result.success) throw new LabError('image', `${file}: ${z.prettifyError(result.error)}`)
  return { ...(result.data as object), name, dir: dirname(file), file } as z.infer<T> & Origin
}

/** The path of a script that a recipe names. Throws LabError `image` if it does not exist. */
export function recipeScript(recipe: Origin, script: string): string {
  const file = join(recipe.dir, script)
  if (existsSync(file)) return file
  throw new LabError('image', `${recipe.file} names ${script}, which does not exist`)
}

/** A hash of strings and of the bytes of files. */
export function fingerprint(parts: readonly (string | { file: string })[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : readFileSync(part.file)
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('hex')
}
