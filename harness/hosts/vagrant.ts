import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from '../images/disk.ts'
import { builderPackages } from '../images/needs.ts'
import { hostImages } from '../images/recipe.ts'
import { LabError } from '../lib/errors.ts'
import { ensurePackages, installLine, missingPackages } from '../lib/packages.ts'
import { onPath } from '../lib/programs.ts'
import { duration } from '../lib/text.ts'
import type { Host, Provider, ProvisionOptions } from './host.ts'
import { findAccelerator, knownAccelerator, slowness } from './qemu/accelerator.ts'
import type { Accelerator } from './qemu/arguments.ts'
import { prepareDisk, qemuPackages } from './qemu.ts'
import { type Backend, findBackend, hasApt } from './vagrant/backend.ts'
import { packBox } from './vagrant/box.ts'
import { libvirtPackages } from './vagrant/libvirt.ts'
import { makePlace, pruneBoxes, vagrantHome } from './vagrant/place.ts'
import { noPublicBox } from './vagrant/public-box.ts'
import { Ssh } from './vagrant/ssh.ts'
import { Vagrant } from './vagrant/vagrant-cli.ts'
import { VagrantHost } from './vagrant/vagrant-host.ts'

/** The Debian packages that a Vagrant host takes. */
const packagesOf = (backend: Backend): string[] => [
  ...['vagrant', 'openssh-client', 'util-linux'],
  ...(backend === 'virtualbox' ? [] : ['vagrant-libvirt']),
  ...(backend === 'private' ? [...libvirtPackages, ...qemuPackages] : []),
]

/** The same hosts through the vagrant command: libvirt (KVM or TCG) or VirtualBox. */
export const vagrant = (): Provider => ({
  name: 'vagrant',
  capabilities: new Set(['systemd', 'docker', 'own-kernel', 'reboot', 'snapshot']),
  cost: 20,

  async unavailable(image) {
    const found = findBackend()
    if ('reason' in found) return found.reason
    const { backend } = found
    if (!hasApt() && !onPath('vagrant')) return 'finds no vagrant on this machine'
    const own = isOwn(image, backend)
    const without = own ? undefined : noPublicBox(image, backend)
    if (without || !hasApt() || process.getuid?.() === 0) return without
    const missing = await missingPackages([...packagesOf(backend), ...(own ? builderPackages() : [])])
    return missing.length === 0 ? undefined : `missing packages: ${installLine(missing)}`
  },

  async provision(options) {
    const found = findBackend()
    if ('reason' in found) throw new LabError('missing', `the vagrant provider ${found.reason}`)
    const { backend } = found
    if (hasApt()) await ensurePackages(packagesOf(backend), { why: 'run hosts by Vagrant', ...options })
    const disk = isOwn(options.image, backend) ? await ownDisk(options) : undefined
    const accelerator = disk ? await findAccelerator(disk.kernel, options.signal) : await likelyAccelerator()
    return up(backend, accelerator, options, this.capabilities)
  },

  accelerator: async () => {
    const found = findBackend()
    if ('backend' in found && found.backend === 'virtualbox') return 'virtualbox'
    return (await knownAccelerator()) ?? 'unproven'
  },
  snapshot: (host, name) => vagrantHost(host).snapshot(name),
  restore: (host, name) => vagrantHost(host).restore(name),
  leave: (host) => vagrantHost(host).leave(),
})

// A box of our own is built of Debian packages, and made for libvirt.
const isOwn = (image: string, backend: Backend): boolean =>
  backend !== 'virtualbox' && hasApt() && hostImages().includes(image)

// A public box has no kernel at hand to prove one with.
const likelyAccelerator = async (): Promise<Accelerator> => (await knownAccelerator()) ?? 'kvm'

/** The disk of an image that is built here, once it has been packed as a box. */
async function ownDisk(options: ProvisionOptions): Promise<Disk> {
  const disk = await prepareDisk(options.image, options)
  const box = await packBox(options.image, disk, options)
  const home = vagrantHome('private')
  if (existsSync(home)) pruneBoxes(home, box.name, box.version)
  return disk
}

async function up(
  backend: Backend,
  accelerator: Accelerator,
  options: ProvisionOptions,
  capabilities: Provider['capabilities'],
): Promise<VagrantHost> {
  const started = Date.now()
  const { image, logDir, signal } = options
  const slow = slowness(accelerator)
  const consoleFile = backend === 'virtualbox' ? undefined : join(logDir, 'console.log')
  if (consoleFile) await rm(consoleFile, { force: true })
  options.progress(`vagrant up ${image} (${accelerator})`)
  const place = await makePlace(backend, accelerator, options)
  const end = (): void => void place.end()
  signal.addEventListener('abort', end, { once: true })
  try {
    const command = new Vagrant({ ...place, logFile: join(logDir, 'vagrant.log'), progress: options.progress, signal })
    // A public box has all its packages to fetch.
    const deadlineMs = (isOwn(image, backend) ? 300_000 : 1_200_000) * slow
    await command.run(['up', image, '--provider', place.env.VAGRANT_DEFAULT_PROVIDER!], { deadlineMs })
    const config = join(place.sockets, 'ssh-config')
    const messages = await command.run(['ssh-config', image], { deadlineMs: 60_000 })
    await writeFile(config, messages.find(({ type }) => type === 'ssh-config')?.data.join(',') ?? '')
    const socket = join(place.sockets, 'ssh')
    const ssh = new Ssh({ reach: place.reach, config, host: image, socket, slow, signal })
    const host = new VagrantHost({ vagrant: command, ssh, place, consoleFile, slow }, capabilities, options)
    await host.awaitBoot()
    options.progress(`${image} is up (${accelerator}) after ${duration(Date.now() - started)}`)
    await options.prepare?.make(host)
    if (options.keep) options.progress(`to enter it: ${[...place.reach, 'ssh', '-F', config, image].join(' ')}`)
    return host
  } catch (error) {
    await place.end()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function vagrantHost(host: Host): VagrantHost {
  if (host instanceof VagrantHost) return host
  throw new LabError('host', `${host.name} is no Vagrant host`)
}
