import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type Dockerode from 'dockerode'
import { cacheRoot } from '../../images/cache.ts'
import { LabError, messageOf } from '../../lib/errors.ts'
import { orEnd } from '../../lib/or-end.ts'
import { ContainerHost } from './container-host.ts'
import { Guest } from './guest.ts'
import { type Making, runScript, settle } from './making.ts'
import { ownerLabel, ownerName } from './owner.ts'

/**
 * Boots what has been installed as the host it is to be, runs the scripts that need a running systemd, and hands out
 * the container once it stands still. It is removed in any case.
 */
export async function bootPublic(
  docker: Dockerode,
  tag: string,
  making: Making,
  take: (container: Dockerode.Container) => Promise<void>,
): Promise<void> {
  const { image, say, signal } = making
  say('booting')
  const { HostContainer } = await import('./host-container.ts')
  const name = `dockfault-${image.name}-${randomBytes(4).toString('hex')}`
  const container = docker.getContainer(name)
  const logDir = join(cacheRoot(), 'logs', `${image.name}-making`)
  const host = new ContainerHost(container, new Set(), { ...making, image: image.name, logDir }, () => undefined)
  const end = (): Promise<void> => host[Symbol.asyncDispose]()
  await orEnd(signal, end, async () => {
    await new HostContainer(tag, { name, hostname: image.name, labels: { [ownerLabel]: ownerName() } })
      .start()
      .catch((cause: unknown) => {
        throw new LabError('image', `the Docker engine could not start ${image.name}: ${messageOf(cause)}`, { cause })
      })
    signal.throwIfAborted()
    await host.awaitBoot()
    const guest = new Guest(container)
    for (const script of [...image.booted, settle]) await runScript(guest, script, making)
    // At once: on its way down it would write again what has just been removed.
    await container.kill()
    await container.wait()
    await take(container)
  })
  await end()
}

/** Removes the image of a host that is being made. */
export const removeMaking = (docker: Dockerode, tag: string): Promise<void> =>
  docker
    .getImage(tag)
    .remove({ force: true })
    .then(
      () => undefined,
      () => undefined,
    )
