import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { buildDisk, type Disk } from '../images/disk.ts'
import { builderPackages, ensureBuilders } from '../images/needs.ts'
import { onceEach } from '../images/once.ts'
import { noRecipe } from '../images/public.ts'
import { hostImages } from '../images/recipe.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { ensurePackages, installLine, missingPackages } from '../lib/packages.ts'
import { duration } from '../lib/text.ts'
import type { Host, Provider, ProvisionOptions } from './host.ts'
import { findAccelerator, knownAccelerator, slowness } from './qemu/accelerator.ts'
import type { Accelerator } from './qemu/arguments.ts'
import { bootFirst } from './qemu/first-boot.ts'
import { type Frozen, forkFrom, overlayOn } from './qemu/fork.ts'
import { type Machine, startMachine } from './qemu/machine.ts'
import { QemuHost } from './qemu/qemu-host.ts'
import { makeReady } from './qemu/ready.ts'
import { awaitBoot } from './qemu/wait.ts'

/** The Debian packages that a QEMU host needs. */
export const qemuPackages = ['qemu-system-x86', 'qemu-utils', 'util-linux']

const once = onceEach<Disk>('disk', ({ file }) => dirname(file))

/** The disk of an image: from the cache, or built, booted once and cached. */
export const prepareDisk = (
  image: string,
  options: Pick<ProvisionOptions, 'progress' | 'signal' | 'saved'> & { fresh?: boolean },
): Promise<Disk> =>
  once(image, options, async () => {
    const { signal } = options
    // QEMU is needed only after the build, so it is installed meanwhile. The build's own packages come first.
    await ensureBuilders(options)
    const installed = ensurePackages(qemuPackages, { why: 'run virtual machines', ...options })
    installed.catch(() => undefined)
    // Only root can install packages: anyone else learns at once what is missing.
    if (process.getuid?.() !== 0) await installed
    let accelerator: Promise<Accelerator> | undefined
    const disk = await buildDisk(
      image,
      {
        // Starts early: where KVM does not work, the proof takes its whole deadline.
        kernelIsThere: async (kernel) => {
          await installed
          accelerator = findAccelerator(kernel, signal)
          accelerator.catch(() => undefined)
        },
        boot: async (disk) => bootFirst(disk, await accelerator!, options),
      },
      options,
    )
    await installed
    return disk
  })

/** VMs by plain QEMU, under KVM where that works and TCG elsewhere. */
export const qemu = (): Provider => ({
  name: 'qemu',
  capabilities: new Set(['systemd', 'docker', 'own-kernel', 'reboot', 'snapshot']),
  cost: 10,

  async unavailable(image) {
    if (process.platform !== 'linux' || process.arch !== 'x64') return 'QEMU hosts need Linux on x86-64'
    if (!hostImages().includes(image)) return noRecipe(image)
    const missing = await missingPackages([...qemuPackages, ...builderPackages()])
    const installs = process.getuid?.() === 0 && (await exists('/usr/bin/apt-get'))
    return missing.length === 0 || installs ? undefined : `missing packages: ${installLine(missing)}`
  },

  async provision(options) {
    const disk = await prepareDisk(options.image, options)
    const accelerator = await findAccelerator(disk.kernel, options.signal)
    const capabilities = this.capabilities
    if (options.cold) return boot(disk, accelerator, options, capabilities)
    const enter = (machine: Machine): Promise<QemuHost> => enterMachine(machine, accelerator, options, capabilities)
    const go = async (fresh: boolean): Promise<QemuHost> =>
      wake(await makeReady(disk, accelerator, { ...options, fresh }, enter), accelerator, options, capabilities)
    return go(false).catch((error: unknown) => {
      options.signal.throwIfAborted()
      options.progress(`${options.image} did not resume (${messageOf(error)}): booting it again`)
      return go(true)
    })
  },

  accelerator: async () => (await knownAccelerator()) ?? 'unproven',
  snapshot: (host, name) => qemuHost(host).snapshot(name),
  restore: (host, name) => qemuHost(host).restore(name),
  fork: (host, name, options) => qemuHost(host).fork(name, options),
  leave: (host) => qemuHost(host).leave(),
})

/** A host resumed from a frozen machine, with its own disk and the present time. */
async function wake(
  frozen: Frozen,
  accelerator: Accelerator,
  options: ProvisionOptions,
  capabilities: Provider['capabilities'],
): Promise<QemuHost> {
  const started = Date.now()
  const machine = await forkFrom(frozen, { ...options, accelerator }, { freezable: options.snapshots })
  const host = await enterMachine(machine, accelerator, options, capabilities)
  options.progress(`${options.image} is up (${accelerator}) after ${duration(Date.now() - started)}`)
  return host
}

/** A host that boots from the disk and is prepared, without any saved state. */
async function boot(
  disk: Disk,
  accelerator: Accelerator,
  options: ProvisionOptions,
  capabilities: Provider['capabilities'],
): Promise<QemuHost> {
  const started = Date.now()
  const machine = await startMachine({
    ...options,
    name: options.image,
    accelerator,
    storage: async (dir) => ({ disk: await overlayOn(disk.file, dir) }),
  })
  const slow = slowness(accelerator)
  const host = new QemuHost(machine, capabilities, { ...options, accelerator })
  try {
    await awaitBoot(machine, host.guest, { ...options, slow })
    options.progress(`${options.image} is up (${accelerator}) after ${duration(Date.now() - started)}`)
    await options.prepare?.make(host)
    return host
  } catch (error) {
    await host[Symbol.asyncDispose]()
    throw error
  }
}

/** A resumed machine as a host: it answers, and its clock is right. */
async function enterMachine(
  machine: Machine,
  accelerator: Accelerator,
  options: ProvisionOptions,
  capabilities: Provider['capabilities'],
): Promise<QemuHost> {
  return new QemuHost(machine, capabilities, { ...options, accelerator }).arrived()
}

function qemuHost(host: Host): QemuHost {
  if (host instanceof QemuHost) return host
  throw new LabError('host', `${host.name} is not a QEMU host`)
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
