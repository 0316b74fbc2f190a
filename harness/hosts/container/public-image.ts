import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type BuildOptions, cached, find, isThere, type Key } from '../../images/cache.ts'
import type { PublicImage } from '../../images/public.ts'
import { fingerprint } from '../../images/recipe.ts'
import { duration } from '../../lib/text.ts'
import type { Engine } from './engine.ts'
import { type Making, settle } from './making.ts'
import { bootPublic, removeMaking } from './public-boot.ts'
import { installPublic } from './public-install.ts'
import { openUplink } from './uplink.ts'

// Changes whenever the same image and scripts would make another host.
const version = '1'

const keyOf = ({ name, container, provision, booted, settings }: PublicImage): Key => {
  const scripts = [...provision, ...booted, settle].map((file) => ({ file }))
  const hash = fingerprint([`public ${version}`, JSON.stringify([container, settings, provision.length]), ...scripts])
  return { image: name, kind: 'rootfs', hash }
}

/** Whether the host of a public image has been made by today's scripts. */
export const isMade = (image: PublicImage): boolean => isThere(keyOf(image))

/**
 * The root file system of a host made of its public container image, as `rootfs.tar` in the folder returned. The base
 * is pulled unless it is there; its packages are installed with the network, in a container of no rights; then it boots
 * as a host, without one, and gets the probe image. Where the user's engine has a newer base than it was made of, it is
 * made anew. Throws LabError `image` with the engine's or the script's own words; what is half made is removed.
 */
export async function buildPublic(engine: Engine, image: PublicImage, options: BuildOptions): Promise<string> {
  const key = keyOf(image)
  const fresh = options.fresh || (await isOutdated(engine, image, await find(key)))
  return cached(key, { ...options, fresh }, async (dir) => {
    const started = Date.now()
    const say = (line: string): void => options.progress(`${image.name}: ${line} [${duration(Date.now() - started)}]`)
    const making: Making = { ...options, image, say }
    const tag = `dockfault/${image.name}:making-${process.pid}`
    try {
      await using uplink = await openUplink(engine, making)
      const base = await installPublic(uplink, { to: engine.docker, tag }, making)
      await writeFile(join(dir, 'base'), base)
    } catch (error) {
      await removeMaking(engine.docker, tag)
      throw error
    }
    try {
      await bootPublic(engine.docker, tag, making, async (container) => {
        say('packing')
        const tar = createWriteStream(join(dir, 'rootfs.tar'), { highWaterMark: 2 ** 20 })
        await pipeline(await container.export(), tar, { signal: options.signal })
      })
    } finally {
      await removeMaking(engine.docker, tag)
    }
    say('made')
  })
}

// A tag moves: `docker pull` may have brought a newer base meanwhile. A private engine is not asked what it has.
async function isOutdated(engine: Engine, { container }: PublicImage, made: string | undefined): Promise<boolean> {
  if (!made || engine.own) return false
  const held = await engine.docker
    .getImage(container!)
    .inspect()
    .catch(() => undefined)
  return held !== undefined && held.Id !== (await readFile(join(made, 'base'), 'utf8'))
}
