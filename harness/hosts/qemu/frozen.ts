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
export const frozenIn = (dir: string, disk = 'disk.qcow2'): Frozen => ({
  disk: join(dir, disk),
  state: join(dir, 'state'),
  memory: join(dir, 'memory'),
  console: join(dir, 'console.log'),
})

/** What a machine that becomes a frozen one has. */
export const storageOf = ({ disk, memory }: Frozen): Storage => ({
  disk: { file: disk, format: 'qcow2' },
  memory: { file: memory, template: true },
})

// What the last script leaves to be done, up to half a second of an emulated processor, would else be done on every host.
const restMs = 5000

/**
 * Lets something be done to a machine, freezes it as it is then, and ends it whatever happens. What runs scripts on it stays in
 * its memory: to start perl takes an emulated processor five times as long as to go on with it.
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

/** The hash of what has to be the same where a frozen machine goes on. */
export const machineKey = async (accelerator: Accelerator): Promise<string> =>
  fingerprint([
    '6',
    runnerProgram,
    await qemuVersion(),
    hardware(accelerator).join(' '),
    accelerator === 'kvm' ? (cpus()[0]?.model ?? '') : '',
  ])
