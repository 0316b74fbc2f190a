import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { LabError } from '../lib/errors.ts'
import { hostImages, imagesRoot, recipeScript } from './recipe.ts'

const publicImage = z.strictObject({
  /** The argument of `vagrant box add`: a name, or an address if the public catalogue no longer has the name. */
  box: z.strictObject({ name: z.string(), url: z.string().optional() }),
  /** The argument of `docker pull`. */
  container: z.string().optional(),
  /** Why it cannot be a container host. */
  'no-container': z.string().optional(),
  /** A host with an engine of the same generation: what no scenario states for this host is taken from that one. */
  like: z.string().optional(),
  /** The scripts of images/common that make it a host of the lab, in this order. They need internet, but no systemd. */
  provision: z.array(z.string()),
  /** The scripts after them. They need a running systemd, but no internet if the host has a busybox. */
  booted: z.array(z.string()).default([]),
  /** The environment of all these scripts. */
  settings: z.record(z.string(), z.string()).default({}),
})

/** Where people with internet get a host's image, and what makes it a host of the lab. */
export type PublicImage = z.infer<typeof publicImage> & { name: string }

/** The names of the hosts with a public image. */
export const publicImages = (root = imagesRoot): string[] =>
  readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'public.yaml')))
    .sort()

/** The public image of a host, its scripts as paths. Throws LabError `image` if there is none or its file is wrong. */
export function loadPublic(name: string, root = imagesRoot): PublicImage {
  const [dir, file] = [join(root, name), join(root, name, 'public.yaml')]
  if (!existsSync(file)) throw new LabError('image', `there is no public image of ${name}`)
  const result = publicImage.safeParse(parse(readFileSync(file, 'utf8')))
  if (!result.success) throw new LabError('image', `${file}: ${z.prettifyError(result.error)}`)
  const paths = (scripts: readonly string[]): string[] =>
    scripts.map((script) => recipeScript({ name, dir, file }, join('../common', script)))
  return { ...result.data, name, provision: paths(result.data.provision), booted: paths(result.data.booted) }
}

/** The names of all hosts: those that are built here, and those with a public image. */
export const allHosts = (): string[] => [...new Set([...hostImages(), ...publicImages()])].sort()

/** For each host that is like another, that other host. */
export const likes = (): Record<string, string> =>
  Object.fromEntries(
    publicImages().flatMap((name) => {
      const { like } = loadPublic(name)
      return like ? [[name, like]] : []
    }),
  )

/** Why an image cannot be built here: a sentence whose subject is the provider. */
export const noRecipe = (image: string, root = imagesRoot): string =>
  publicImages(root).includes(image)
    ? `builds hosts from the machine’s Debian mirrors, but has no recipe for ${image}`
    : `has no recipe for the image ${image}`
