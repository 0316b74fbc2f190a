import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { LabError } from '../../lib/errors.ts'
import type { ProvisionOptions } from '../host.ts'
import type { Accelerator } from './arguments.ts'
import { type Machine, type Storage, startMachine } from './machine.ts'
import { makeOverlay } from './overlay.ts'

/** A machine that stands still in files: many can go on from it. */
export interface Frozen {
  disk: string
  state: string
  memory: string
  console: string
}

export type ForkOptions = Pick<ProvisionOptions, 'image' | 'logDir' | 'signal' | 'keep'> & { accelerator: Accelerator }

/** A new disk in a machine's own folder, that holds only what is written to it. */
export async function overlayOn(base: string, dir: string): Promise<Storage['disk']> {
  const file = join(dir, 'overlay.qcow2')
  await makeOverlay(base, file)
  return { file, format: 'qcow2' }
}

/**
 * A machine that goes on from a frozen one. It reads that one's memory and disk, and keeps to itself what it writes; where
 * it is to be frozen too, it has the memory copied.
 */
export const forkFrom = (
  frozen: Frozen,
  options: ForkOptions,
  { freezable = false }: { freezable?: boolean | undefined } = {},
): Promise<Machine> =>
  startMachine({
    ...options,
    name: options.image,
    state: frozen.state,
    console: frozen.console,
    storage: async (dir) => {
      const disk = await overlayOn(frozen.disk, dir)
      if (!freezable) return { disk, memory: { file: frozen.memory, template: false } }
      const file = join(dir, 'memory')
      await copySparse(frozen.memory, file)
      return { disk, memory: { file, template: true } }
    },
  })

/** Copies a disk or memory of a frozen machine, which is sparse, and large. */
export const copySparse = (from: string, to: string): Promise<unknown> =>
  execa('cp', ['--sparse=always', '--reflink=auto', from, to])

/**
 * Freezes a machine as it is now, in its own folder, which goes when the machine is ended; it runs no more. Its console so
 * far is copied there: the host's own goes on.
 */
export async function freeze(machine: Machine): Promise<Frozen> {
  const { disk, memory } = machine.storage
  if (!memory?.template) throw new LabError('host', 'a machine whose memory is no file of its own cannot be frozen')
  const [state, console] = [join(machine.dir, 'state'), join(machine.dir, 'console.log')]
  await machine.freeze(state)
  await machine.halt()
  await copyFile(machine.consoleFile, console)
  return { disk: disk.file, state, memory: memory.file, console }
}
