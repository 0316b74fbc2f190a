import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type Dockerode from 'dockerode'
import type { BuildOptions } from '../../images/cache.ts'
import { manifestOf } from '../../images/manifest.ts'
import { onceEach } from '../../images/once.ts'
import { buildRootfs } from '../../images/rootfs.ts'
import { LabError, messageOf } from '../../lib/errors.ts'
import { duration } from '../../lib/text.ts'

/** The label of our images. All of them can be built again. */
export const imageLabel = 'dockfault.image'

const once = onceEach<string>('rootfs', (dir) => dir)
const imports = new Map<string, Promise<void>>()

/** Imports the Docker image of a host from its root file system, unless the engine has it. Gives its tag. */
export async function importImage(
  docker: Dockerode,
  image: string,
  options: BuildOptions,
  build: () => Promise<string> = () => buildRootfs(image, options),
): Promise<string> {
  const dir = await once(image, options, build)
  const { blocks, sha256 } = (await manifestOf(dir)).files['rootfs.tar']!
  const tag = `dockfault/${image}:${(blocks ?? sha256)!.slice(0, 12)}`
  // Hosts that start side by side share one import.
  const importing = imports.get(tag) ?? importOnce(docker, join(dir, 'rootfs.tar'), { tag, image }, options)
  imports.set(tag, importing)
  await importing.finally(() => imports.delete(tag))
  return tag
}

async function importOnce(
  docker: Dockerode,
  file: string,
  { tag, image }: { tag: string; image: string },
  options: BuildOptions,
): Promise<void> {
  if (await has(docker, tag)) return
  const started = Date.now()
  options.progress(`importing ${image} into the Docker engine`)
  await importTar(docker, createReadStream(file, { highWaterMark: 2 ** 20 }), { tag, image })
  options.progress(`imported ${image} in ${duration(Date.now() - started)}`)
  await removeOlder(docker, image, tag)
}

const has = (docker: Dockerode, tag: string): Promise<boolean> =>
  docker
    .getImage(tag)
    .inspect()
    .then(
      () => true,
      () => false,
    )

/** Makes a Docker image from a root file system. */
export async function importTar(
  docker: Dockerode,
  tar: NodeJS.ReadableStream,
  { tag, image }: { tag: string; image: string },
): Promise<void> {
  const [repo, version] = tag.split(':')
  const answer = await docker.importImage(tar, {
    repo,
    tag: version,
    changes: `LABEL ${imageLabel}=${image}`,
  })
  const error = await new Promise<Error | null>((resolve) => docker.modem.followProgress(answer, resolve))
  if (error || !(await has(docker, tag)))
    throw new LabError(
      'image',
      `the Docker engine did not import ${image}: ${messageOf(error ?? 'it reported no error, but has no image')}`,
    )
}

// The engine refuses to remove an image that a host of another process still uses; it stays.
async function removeOlder(docker: Dockerode, image: string, tag: string): Promise<void> {
  const images = await docker.listImages({ filters: { label: [`${imageLabel}=${image}`] } })
  const older = images.filter(({ RepoTags }) => !RepoTags?.includes(tag))
  await Promise.all(
    older.map(({ Id }) =>
      docker
        .getImage(Id)
        .remove()
        .catch(() => undefined),
    ),
  )
}
