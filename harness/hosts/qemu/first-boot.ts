import { join } from 'node:path'
import { cacheRoot } from '../../images/cache.ts'
import type { UnbootedDisk } from '../../images/disk.ts'
import { LabError } from '../../lib/errors.ts'
import { within } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import { findAccelerator, slowness } from './accelerator.ts'
import { startMachine } from './machine.ts'
import { awaitBoot } from './wait.ts'

/** Boots a new disk by its kernel, so that the guest can install its boot loader and meet Docker for the first time. */
export async function bootFirst(
  disk: UnbootedDisk,
  options: { progress: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const { signal } = options
  const accelerator = await findAccelerator(disk.kernel, signal)
  const slow = slowness(accelerator)
  const machine = await startMachine({
    name: `first-boot-${disk.image}`,
    image: disk.image,
    logDir: join(cacheRoot(), 'logs', `${disk.image}-first-boot`),
    accelerator,
    storage: async () => ({ disk: { file: disk.file, format: 'raw' } }),
    boot: disk,
    signal,
  })
  try {
    const guest = new Guest(machine.runner, slow)
    await awaitBoot(machine, guest, { ...options, slow })
    options.progress(`${disk.image} disk: first boot is up (${accelerator}), making it ready`)
    const result = await guest.exec(disk.script, { deadlineMs: 180_000 })
    if (result.code !== 0)
      throw new LabError('image', `the first boot of ${disk.image} failed: ${clean(result.stderr || result.stdout)}`, {
        hint: `its console is in ${machine.consoleFile}`,
      })
    await guest.goDown('poweroff')
    if (!(await within(120_000 * slow, machine.ended)))
      throw new LabError('image', `${disk.image} did not power off after its first boot`)
  } finally {
    await machine.end()
  }
}
