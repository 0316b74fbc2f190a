import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { LabError } from '../../lib/errors.ts'
import type { ProvisionOptions } from '../host.ts'
import type { Accelerator } from './arguments.ts'
import { type Machine, type Storage, startMachine } from './machine.ts'
import { makeOverlay } from './overlay.ts'

/** The files of a frozen machine. Many machines can resume from them. */
export interface Frozen {
  disk: string
  state: string
  memory: string
  console: string
}

export type ForkOptions = Pick<ProvisionOptions, 'image' | 'logDir' | 'signal' | 'keep'> & { accelerator: Accelerator }

/** A new disk in a machine's own folder, which stores only what the machine writes. */
export async function overlayOn(base: string, dir: string): Promise<Storage['disk']> {
  const file = join(dir, 'overlay.qcow2')
  await makeOverlay(base, file)
  return { file, format: 'qcow2' }
}

/**
 * A machine resumed from a frozen one. It reads that one's memory and disk, and keeps its own writes private. A
 * `freezable` machine gets a copy of the memory.
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

/** Copies a disk or memory of a frozen machine; these files are large and sparse. */
export const copySparse = (from: string, to: string): Promise<unknown> =>
  execa('cp', ['--sparse=always', '--reflink=auto', from, to])

/**
 * Stops a machine and freezes its present state in its own folder, which goes when the machine is ended. The console so
 * far is copied there, because the host's own console continues.
 */
export async function freeze(machine: Machine): Promise<Frozen> {
  const { disk, memory } = machine.storage
  if (!memory?.template) throw new LabError('host', 'a machine can be frozen only if its memory is a file of its own')
  const [state, console] = [join(machine.dir, 'state'), join(machine.dir, 'console.log')]
  await machine.freeze(state)
  await machine.halt()
  await copyFile(machine.consoleFile, console)
  return { disk: disk.file, state, memory: memory.file, console }
}
