import type { Disk } from '../images/disk.ts'
import { builderPackages } from '../images/needs.ts'
import { hostImages } from '../images/recipe.ts'
import { LabError } from '../lib/errors.ts'
import { ensurePackages, installLine, missingPackages } from '../lib/packages.ts'
import { onPath } from '../lib/programs.ts'
import type { Host, Provider, ProvisionOptions } from './host.ts'
import { findAccelerator, knownAccelerator, slowness } from './qemu/accelerator.ts'
import type { Accelerator } from './qemu/arguments.ts'
import { prepareDisk, qemuPackages } from './qemu.ts'
import { type Backend, findBackend, hasApt } from './vagrant/backend.ts'
import { packBox } from './vagrant/box.ts'
import { installBox } from './vagrant/installed-box.ts'
import { libvirtPackages } from './vagrant/libvirt.ts'
import { Maker } from './vagrant/maker.ts'
import { noPublicBox } from './vagrant/public-box.ts'
import { VagrantHost } from './vagrant/vagrant-host.ts'

// The Debian packages that a Vagrant host needs.
const packagesOf = (backend: Backend): string[] => [
  ...['vagrant', 'openssh-client', 'util-linux'],
  ...(backend === 'virtualbox' ? [] : ['vagrant-libvirt']),
  ...(backend === 'private' ? [...libvirtPackages, ...qemuPackages] : []),
]

/** The provider of hosts through the vagrant command: libvirt (KVM or TCG) or VirtualBox. */
export function vagrant(): Provider {
  const capabilities: Provider['capabilities'] = new Set(['systemd', 'docker', 'own-kernel', 'reboot', 'snapshot'])
  const maker = new Maker(capabilities)
  return {
    name: 'vagrant',
    capabilities,
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
      if (hasApt()) await ensurePackages(packagesOf(backend), { why: 'run hosts with Vagrant', ...options })
      const disk = isOwn(options.image, backend) ? await ownDisk(backend, options) : undefined
      const accelerator = disk ? await findAccelerator(disk.kernel, options.signal) : await likelyAccelerator()
      // A public box downloads all its packages.
      const deadlineMs = (disk ? 300_000 : 1_200_000) * slowness(accelerator)
      return maker.host(backend, accelerator, { ...options, deadlineMs })
    },

    accelerator: async () => {
      const found = findBackend()
      if ('backend' in found && found.backend === 'virtualbox') return 'virtualbox'
      return (await knownAccelerator()) ?? 'unproven'
    },
    snapshot: (host, name) => vagrantHost(host).snapshot(name),
    restore: (host, name) => vagrantHost(host).restore(name),
    leave: (host) => vagrantHost(host).leave(),
    close: () => maker.close(),
  }
}

// Our own boxes are built from Debian packages, for libvirt.
const isOwn = (image: string, backend: Backend): boolean =>
  backend !== 'virtualbox' && hasApt() && hostImages().includes(image)

// A public box has no kernel here with which to test an accelerator.
const likelyAccelerator = async (): Promise<Accelerator> => (await knownAccelerator()) ?? 'kvm'

/** Builds the disk of an image and adds it to Vagrant as a box. */
async function ownDisk(backend: Backend, options: ProvisionOptions): Promise<Disk> {
  const disk = await prepareDisk(options.image, options)
  await installBox(await packBox(options.image, disk, options), backend, options)
  return disk
}

function vagrantHost(host: Host): VagrantHost {
  if (host instanceof VagrantHost) return host
  throw new LabError('host', `${host.name} is not a Vagrant host`)
}
