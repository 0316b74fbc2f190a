import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type Dockerode from 'dockerode'
import { cacheRoot } from '../../images/cache.ts'
import { LabError, messageOf } from '../../lib/errors.ts'
import { orEnd } from '../../lib/or-end.ts'
import { BareContainer } from './bare-container.ts'
import { ContainerHost } from './container-host.ts'
import { ownerLabel, ownerName } from './owner.ts'
import { type Provisioning, runScript, settle } from './provisioning.ts'

/**
 * Boots an installed image as a host, runs the scripts that need systemd, stops the container and passes it to `take`.
 * Always removes the container.
 */
export async function bootPublic(
  docker: Dockerode,
  tag: string,
  provisioning: Provisioning,
  take: (container: Dockerode.Container) => Promise<void>,
): Promise<void> {
  const { image, report, signal } = provisioning
  report('booting')
  const { HostContainer } = await import('./host-container.ts')
  const name = `dockfault-${image.name}-${randomBytes(4).toString('hex')}`
  const container = docker.getContainer(name)
  const logDir = join(cacheRoot(), 'logs', `${image.name}-making`)
  const host = new ContainerHost(container, new Set(), { ...provisioning, image: image.name, logDir }, () => undefined)
  const end = (): Promise<void> => host[Symbol.asyncDispose]()
  await orEnd(signal, end, async () => {
    await new HostContainer(tag, { name, hostname: image.name, labels: { [ownerLabel]: ownerName() } })
      .start()
      .catch((cause: unknown) => {
        throw new LabError('image', `the Docker engine could not start ${image.name}: ${messageOf(cause)}`, { cause })
      })
    signal.throwIfAborted()
    await host.awaitBoot()
    const guest = new BareContainer(container)
    for (const script of [...image.booted, settle]) await runScript(guest, script, provisioning)
    // Killed, because a shutdown would write files again that were just removed.
    await container.kill()
    await container.wait()
    await take(container)
  })
  await end()
}

/** Removes the temporary image from which a host is made. */
export const removeProvisioned = (docker: Dockerode, tag: string): Promise<void> =>
  docker
    .getImage(tag)
    .remove({ force: true })
    .then(
      () => undefined,
      () => undefined,
    )
