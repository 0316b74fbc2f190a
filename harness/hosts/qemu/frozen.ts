import { copyFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fingerprint } from '../../images/recipe.ts'
import { sleep } from '../../lib/retry.ts'
import { Guest } from '../guest/guest.ts'
import { runnerProgram } from '../guest/runner.ts'
import { qemuVersion } from './accelerator.ts'
import { type Accelerator, hardware } from './arguments.ts'
import type { Frozen } from './fork.ts'
import type { Machine, Storage } from './machine.ts'

/** The files of a frozen machine in a folder of the cache. */
export const frozenIn = (dir: string): Frozen => ({
  disk: join(dir, 'disk.qcow2'),
  state: join(dir, 'state'),
  memory: join(dir, 'memory'),
  console: join(dir, 'console.log'),
})

/** The disk and memory of a machine that will be frozen into these files. */
export const storageOf = ({ disk, memory }: Frozen): Storage => ({
  disk: { file: disk, format: 'qcow2' },
  memory: { file: memory, template: true },
})

// The last script leaves work in the background, up to half a second on an emulated processor. Without this rest, every
// host would repeat it.
const restMs = 1500

/**
 * Does `first` with a machine, then freezes it; ends the machine in any case. The process that runs scripts stays in
 * its memory: on an emulated processor, starting perl takes five times as long as resuming it.
 */
export async function freezeAfter(
  machine: Machine,
  { state, console }: Frozen,
  first: () => Promise<unknown>,
): Promise<void> {
  try {
    await first()
    await new Guest(machine.runner, 1).runOrThrow('flushing the disk', 'sync', { deadlineMs: 120_000 })
    await sleep(restMs)
    await machine.freeze(state)
    await copyFile(machine.consoleFile, console)
  } finally {
    await machine.end()
  }
}

/** A hash of what has to be equal for a frozen machine to resume. */
export const machineKey = async (accelerator: Accelerator): Promise<string> =>
  fingerprint([
    '6',
    runnerProgram,
    await qemuVersion(),
    hardware(accelerator).join(' '),
    accelerator === 'kvm' ? (cpus()[0]?.model ?? '') : '',
  ])
