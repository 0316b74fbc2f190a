import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type BuildOptions, cached, find, isThere, type Key } from '../../images/cache.ts'
import type { PublicImage } from '../../images/public.ts'
import { fingerprint } from '../../images/recipe.ts'
import { duration } from '../../lib/text.ts'
import type { Engine } from './engine.ts'
import { type Provisioning, settle } from './provisioning.ts'
import { bootPublic, removeProvisioned } from './public-boot.ts'
import { installPublic } from './public-install.ts'
import { openUplink } from './uplink.ts'

// Raise it when the same image and scripts would make a different host.
const version = '1'

const keyOf = ({ name, container, provision, booted, settings }: PublicImage): Key => {
  const scripts = [...provision, ...booted, settle].map((file) => ({ file }))
  const hash = fingerprint([`public ${version}`, JSON.stringify([container, settings, provision.length]), ...scripts])
  return { image: name, kind: 'rootfs', hash }
}

/** Whether the host of a public image was made with the present scripts. */
export const isMade = (image: PublicImage): boolean => isThere(keyOf(image))

/**
 * Makes the root file system of a host from its public container image: `rootfs.tar` in the folder returned. It pulls the
 * base if necessary, installs the packages in an unprivileged container with network, then boots it as a host without
 * network and adds the probe image. It is made again where the user's engine has a newer base. Throws LabError `image`
 * with the message of the engine or script, and removes what is incomplete.
 */
export async function buildPublic(engine: Engine, image: PublicImage, options: BuildOptions): Promise<string> {
  const key = keyOf(image)
  const fresh = options.fresh || (await isOutdated(engine, image, await find(key)))
  return cached(key, { ...options, fresh }, async (dir) => {
    const started = Date.now()
    const report = (line: string): void =>
      options.progress(`${image.name}: ${line} [${duration(Date.now() - started)}]`)
    const provisioning: Provisioning = { ...options, image, report }
    const tag = `dockfault/${image.name}:making-${process.pid}`
    try {
      await using uplink = await openUplink(engine, provisioning)
      const base = await installPublic(uplink, { to: engine.docker, tag }, provisioning)
      await writeFile(join(dir, 'base'), base)
    } catch (error) {
      await removeProvisioned(engine.docker, tag)
      throw error
    }
    try {
      await bootPublic(engine.docker, tag, provisioning, async (container) => {
        report('packing')
        const tar = createWriteStream(join(dir, 'rootfs.tar'), { highWaterMark: 2 ** 20 })
        await pipeline(await container.export(), tar, { signal: options.signal })
      })
    } finally {
      await removeProvisioned(engine.docker, tag)
    }
    report('made')
  })
}

// A tag moves: `docker pull` may have fetched a newer base. Images of a private engine are not checked.
async function isOutdated(engine: Engine, { container }: PublicImage, made: string | undefined): Promise<boolean> {
  if (!made || engine.own) return false
  const held = await engine.docker
    .getImage(container!)
    .inspect()
    .catch(() => undefined)
  return held !== undefined && held.Id !== (await readFile(join(made, 'base'), 'utf8'))
}
