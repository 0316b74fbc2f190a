import { copyFile, readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { cached, type Key } from '../../images/cache.ts'
import type { Disk } from '../../images/disk.ts'
import { fingerprint } from '../../images/recipe.ts'
import { duration } from '../../lib/text.ts'
import type { ProvisionOptions } from '../host.ts'
import { qemuVersion, slowness } from './accelerator.ts'
import { Guest } from './guest.ts'
import { type Accelerator, hardware, startMachine } from './machine.ts'
import { makeOverlay } from './overlay.ts'
import { awaitBoot } from './wait.ts'

/** A machine that has booted and settled, frozen: many machines can go on from it. */
export interface Ready {
  disk: string
  state: string
  console: string
}

const ready = (dir: string): Ready => ({
  disk: join(dir, 'disk.qcow2'),
  state: join(dir, 'state'),
  console: join(dir, 'console.log'),
})

/**
 * A disk's machine, booted by its own boot loader and frozen when it had settled; from the cache where it is there.
 * An emulated processor needs the better part of a minute for a boot, and a second to go on from this.
 */
export async function makeReady(
  disk: Disk,
  accelerator: Accelerator,
  options: ProvisionOptions & { fresh?: boolean },
): Promise<Ready> {
  const key = await keyOf(disk, accelerator, options.image)
  const dir = await cached(key, options, async (dir) => {
    const { disk: file, state, console } = ready(dir)
    const started = Date.now()
    options.progress(`booting ${options.image} (${accelerator}), for this and all later runs`)
    await makeOverlay(disk.file, file)
    const slow = slowness(accelerator)
    const machine = await startMachine({
      ...options,
      name: `ready-${options.image}`,
      keep: false,
      accelerator,
      disk: async () => ({ file, format: 'qcow2' }),
    })
    try {
      const guest = new Guest(machine.agent, slow)
      await awaitBoot(machine, guest, { slow, signal: options.signal })
      await guest.must('flushing the disk', 'sync')
      await machine.freeze(state)
      await copyFile(machine.consoleFile, console)
    } finally {
      await machine.end()
    }
    options.progress(`${options.image} has booted after ${duration(Date.now() - started)}`)
  })
  return ready(dir)
}

async function keyOf(disk: Disk, accelerator: Accelerator, image: string): Promise<Key> {
  const parts = [
    '1',
    // The contents, not the recipe: a disk may be built anew from newer packages.
    await readFile(join(disk.file, '../manifest.json'), 'utf8'),
    await qemuVersion(),
    hardware(accelerator).join(' '),
    accelerator === 'kvm' ? (cpus()[0]?.model ?? '') : '',
  ]
  return { image, kind: 'ready', hash: fingerprint(parts) }
}
