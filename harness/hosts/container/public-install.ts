import { randomBytes } from 'node:crypto'
import type Dockerode from 'dockerode'
import { LabError, messageOf } from '../../lib/errors.ts'
import { orEnd } from '../../lib/or-end.ts'
import { BareContainer } from './bare-container.ts'
import { importTar } from './image.ts'
import { ownerLabel, ownerName } from './owner.ts'
import { type Provisioning, runScript, settle } from './provisioning.ts'
import type { Uplink } from './uplink.ts'

// A static busybox for distributions without one; probe-image.sh uses the same in a VM.
const busybox = 'docker.io/library/busybox:musl'

/**
 * Pulls the base if necessary, runs the scripts that need internet in a container, and imports the result into the engine
 * of the hosts. Gives the base's id.
 */
export async function installPublic(
  uplink: Uplink,
  { to, tag }: { to: Dockerode; tag: string },
  provisioning: Provisioning,
): Promise<string> {
  const { image, report, signal } = provisioning
  await using base = await pulled(uplink, image.container!, provisioning)
  await using container = await plainContainer(uplink, base.id, image.name)
  const end = (): PromiseLike<void> => container[Symbol.asyncDispose]()
  await orEnd(signal, end, async () => {
    const guest = new BareContainer(container.container)
    for (const script of image.provision) await runScript(guest, script, provisioning)
    await addBusybox(uplink, container.container, guest, provisioning)
    await runScript(guest, settle, provisioning)
    report('importing')
    await importTar(to, await container.container.export(), { tag, image: image.name })
  })
  return base.id
}

/** An image that the engine already has or now pulls. */
async function pulled(
  { docker, keeps }: Uplink,
  reference: string,
  { report, signal }: Provisioning,
): Promise<AsyncDisposable & { id: string }> {
  const held = docker.getImage(reference)
  const id = async (): Promise<string> => (await held.inspect()).Id
  const kept = await id().catch(() => undefined)
  if (kept) return { id: kept, [Symbol.asyncDispose]: async () => undefined }
  report(`pulling ${reference}`)
  try {
    await pull(docker, reference, signal)
    const remove = async (): Promise<void> => void (keeps || (await held.remove().catch(() => undefined)))
    return { id: await id(), [Symbol.asyncDispose]: remove }
  } catch (error) {
    signal.throwIfAborted()
    throw new LabError('image', `the Docker engine could not pull ${reference}: ${messageOf(error)}`, { cause: error })
  }
}

async function pull(docker: Dockerode, reference: string, signal: AbortSignal): Promise<void> {
  const answer = (await docker.pull(reference)) as NodeJS.ReadableStream & { destroy: () => void }
  const stop = (): void => answer.destroy()
  signal.addEventListener('abort', stop, { once: true })
  await new Promise<void>((resolve, reject) => {
    answer.once('close', () => signal.aborted && reject(signal.reason))
    docker.modem.followProgress(answer, (error) => (error ? reject(error) : resolve()))
  }).finally(() => signal.removeEventListener('abort', stop))
}

/** A container that waits for commands, with default privileges and the engine's network. */
async function plainContainer(
  uplink: Uplink,
  base: string,
  name: string,
): Promise<AsyncDisposable & { container: Dockerode.Container }> {
  const container = await uplink.docker.createContainer({
    name: `dockfault-${name}-${randomBytes(4).toString('hex')}`,
    Image: base,
    Entrypoint: ['sh', '-c', 'exec sleep infinity'],
    Cmd: [],
    Env: proxies(),
    Labels: labels(),
    HostConfig: { NetworkMode: uplink.network },
  })
  let gone: Promise<void> | undefined
  const remove = (): Promise<void> => container.remove({ force: true, v: true }).catch(() => undefined)
  const dispose = (): Promise<void> => (gone ??= remove())
  try {
    await container.start()
  } catch (error) {
    await dispose()
    throw new LabError('image', `the Docker engine could not start ${name}: ${messageOf(error)}`, { cause: error })
  }
  return { container, [Symbol.asyncDispose]: dispose }
}

const labels = (): Record<string, string> => ({ [ownerLabel]: ownerName() })

// The package manager uses this machine's proxies.
const proxies = (): string[] =>
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(https?|no)_proxy$/i.test(name) ? [`${name}=${value}`] : [],
  )

// One after another, because each removes what it has pulled.
let turn: Promise<unknown> = Promise.resolve()

/** Adds busybox to a base that lacks it, so that later steps need no network. */
async function addBusybox(
  uplink: Uplink,
  to: Dockerode.Container,
  guest: BareContainer,
  provisioning: Provisioning,
): Promise<void> {
  if ((await guest.exec('[ -x /bin/busybox ]')).code === 0) return
  const mine = turn.then(async () => {
    await using image = await pulled(uplink, busybox, provisioning)
    const from = await uplink.docker.createContainer({ Image: image.id, Cmd: ['true'], Labels: labels() })
    try {
      await to.putArchive(await from.getArchive({ path: '/bin/busybox' }), { path: '/usr/bin' })
    } finally {
      await from.remove({ force: true, v: true }).catch(() => undefined)
    }
  })
  turn = mine.catch(() => undefined)
  await mine
}
