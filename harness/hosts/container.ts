import { randomBytes } from 'node:crypto'
import { loadPublic } from '../images/public.ts'
import { hostImages } from '../images/recipe.ts'
import { LabError } from '../lib/errors.ts'
import { orEnd } from '../lib/or-end.ts'
import { duration } from '../lib/text.ts'
import { noBaseImage, noContainer } from './container/base-image.ts'
import { ContainerHost } from './container/container-host.ts'
import { noPrivateEngine } from './container/dockerd.ts'
import { closeEngine, type Engine, openEngine } from './container/engine.ts'
import { importImage } from './container/image.ts'
import { keptLabel, ownerLabel, ownerName } from './container/owner.ts'
import { buildPublic } from './container/public-image.ts'
import { queryEngine, userEngineAddress } from './container/user-engine.ts'
import type { Provider, ProvisionOptions } from './host.ts'

const living = new Set<ContainerHost>()

/** The provider of hosts in containers: systemd and a nested dockerd on this machine's kernel. `root`: folder of images. */
export const container = (root?: string): Provider => ({
  name: 'container',
  capabilities: new Set(['systemd', 'docker']),
  cost: 1,

  async unavailable(image) {
    const never = noContainer(image, root)
    if (never) return never
    const address = userEngineAddress()
    const answer = address === undefined ? undefined : await queryEngine(address)
    const unfit = answer ? answer.unfit : noPrivateEngine()
    if (unfit || hostImages(root).includes(image)) return unfit
    return noBaseImage(image, answer && address, root)
  },

  async provision(options) {
    const engine = await openEngine(options)
    const tag = await importHost(engine, options, root)
    const started = Date.now()
    options.progress(`starting ${options.image} in a container`)
    const host = await start(engine, tag, options, this.capabilities)
    const end = (): Promise<void> => host[Symbol.asyncDispose]()
    await orEnd(options.signal, end, async () => {
      await host.awaitBoot()
      options.progress(`${options.image} is up after ${duration(Date.now() - started)}`)
      await options.prepare?.make(host)
    })
    if (options.keep) options.progress(`to enter it: docker -H ${engine.address} exec -it ${host.id} bash -l`)
    return host
  },

  accelerator: async () => 'none',
})

/** Ends the private engine of this process. If hosts are kept, it stays with them until `npm run down`. */
export const closeContainers = (): Promise<void> => closeEngine({ leave: living.size > 0 })

/** The Docker image of a host, built from its recipe or from its public image. */
const importHost = (engine: Engine, options: ProvisionOptions, root?: string): Promise<string> =>
  hostImages(root).includes(options.image)
    ? importImage(engine.docker, options.image, options)
    : importImage(engine.docker, options.image, options, () =>
        buildPublic(engine, loadPublic(options.image, root), options),
      )

async function start(
  engine: Engine,
  tag: string,
  options: ProvisionOptions,
  capabilities: Provider['capabilities'],
): Promise<ContainerHost> {
  const { HostContainer } = await import('./container/host-container.ts')
  const name = `dockfault-${options.image}-${randomBytes(4).toString('hex')}`
  const labels = { [ownerLabel]: ownerName(), ...(options.keep && { [keptLabel]: 'yes' }) }
  try {
    await new HostContainer(tag, { name, hostname: options.image, labels }).start()
    const host = new ContainerHost(engine.docker.getContainer(name), capabilities, options, (gone) =>
      living.delete(gone),
    )
    await host.watchMemory(engine.docker)
    living.add(host)
    return host
  } catch (error) {
    await engine.docker
      .getContainer(name)
      .remove({ force: true, v: true })
      .catch(() => undefined)
    throw new LabError('host', `the Docker engine could not start ${options.image}`, { cause: error })
  }
}
