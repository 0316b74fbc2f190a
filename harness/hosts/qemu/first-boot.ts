import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheRoot } from '../../images/cache.ts'
import type { UnbootedDisk } from '../../images/disk.ts'
import { LabError } from '../../lib/errors.ts'
import { clean } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import { slowness } from './accelerator.ts'
import type { Accelerator } from './arguments.ts'
import type { Frozen } from './fork.ts'
import { freezeAfter, frozenIn, machineKey, storageOf } from './frozen.ts'
import { startMachine } from './machine.ts'
import { makeOverlay } from './overlay.ts'
import { awaitBoot } from './wait.ts'

interface Options {
  progress: (line: string) => void
  signal: AbortSignal
}

/**
 * Boots a new disk by its kernel; the guest installs its boot loader and sets Docker up. The machine is then frozen:
 * hosts resume from it. Its disk is flushed, so other machines boot from it as after a power cut.
 */
export async function bootFirst(disk: UnbootedDisk, accelerator: Accelerator, options: Options): Promise<void> {
  const { image, dir } = disk
  const { signal } = options
  const slow = slowness(accelerator)
  const booted = frozenIn(dir)
  await makeOverlay(disk.file, booted.disk)
  const machine = await startMachine({
    name: `first-boot-${image}`,
    image,
    logDir: logsOf(`${image}-first-boot`),
    accelerator,
    storage: async () => storageOf(booted),
    boot: disk,
    signal,
  })
  await freezeAfter(machine, booted, async () => {
    const guest = new Guest(machine.runner, slow)
    await awaitBoot(machine, guest, { ...options, slow })
    options.progress(`${image} disk: first boot is up (${accelerator}), setting it up`)
    const result = await guest.exec(disk.script, { deadlineMs: 180_000 })
    if (result.code !== 0)
      throw new LabError('image', `the first boot of ${image} failed: ${clean(result.stderr || result.stdout)}`, {
        hint: `its console is in ${machine.consoleFile}`,
      })
  })
  await writeFile(join(dir, 'machine'), await machineKey(accelerator))
}

/** The frozen machine of a disk's first boot, if it can resume with this accelerator. `dir` is the disk's folder. */
export async function bootedIn(dir: string, accelerator: Accelerator): Promise<Frozen | undefined> {
  const key = await readFile(join(dir, 'machine'), 'utf8').catch(() => undefined)
  return key === (await machineKey(accelerator)) ? frozenIn(dir) : undefined
}

const logsOf = (name: string): string => join(cacheRoot(), 'logs', name)
