import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { LabError } from '../lib/errors.ts'
import { hostImages, imagesRoot, recipeScript } from './recipe.ts'

const publicImage = z.strictObject({
  /** As `vagrant box add` takes it: a name, or an address where the catalogue of names has it no more. */
  box: z.strictObject({ name: z.string(), url: z.string().optional() }),
  /** As `docker pull` takes it. */
  container: z.string().optional(),
  /** Why no container can be a host of it. */
  'no-container': z.string().optional(),
  /** The host it is as, in all that no scenario says of it: where its engine is of the same generation. */
  like: z.string().optional(),
  /** The scripts of images/common that make it a host of the lab, in this order: they need internet, and no systemd. */
  provision: z.array(z.string()),
  /** Those that come after them and need a running systemd, and no internet where there is a busybox. */
  booted: z.array(z.string()).default([]),
  /** The environment of both. */
  settings: z.record(z.string(), z.string()).default({}),
})

/** Where a host can be had by people with internet, and what makes a host of the lab of it. */
export type PublicImage = z.infer<typeof publicImage> & { name: string }

/** The names of the hosts that are to be had as public images. */
export const publicImages = (root = imagesRoot): string[] =>
  readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'public.yaml')))
    .sort()

/** The public image of a host, its scripts as paths. Throws LabError `image` where there is none, or its file is not sound. */
export function loadPublic(name: string, root = imagesRoot): PublicImage {
  const [dir, file] = [join(root, name), join(root, name, 'public.yaml')]
  if (!existsSync(file)) throw new LabError('image', `there is no public image of ${name}`)
  const result = publicImage.safeParse(parse(readFileSync(file, 'utf8')))
  if (!result.success) throw new LabError('image', `${file}: ${z.prettifyError(result.error)}`)
  const paths = (scripts: readonly string[]): string[] =>
    scripts.map((script) => recipeScript({ name, dir, file }, join('../common', script)))
  return { ...result.data, name, provision: paths(result.data.provision), booted: paths(result.data.booted) }
}

/** Every host there is a word for: those that are built here, and those that are to be had as public images. */
export const allHosts = (): string[] => [...new Set([...hostImages(), ...publicImages()])].sort()

/** The host that each is like, where it is like one. */
export const likes = (): Record<string, string> =>
  Object.fromEntries(
    publicImages().flatMap((name) => {
      const { like } = loadPublic(name)
      return like ? [[name, like]] : []
    }),
  )

/** Why an image cannot be built here, in words that fit after a provider's name. */
export const noRecipe = (image: string, root = imagesRoot): string =>
  publicImages(root).includes(image)
    ? `builds hosts from the machine’s Debian mirrors, and has no recipe for ${image}`
    : `has no recipe for the image ${image}`
