import { Guest } from '../guest/guest.ts'
import { slowness } from './accelerator.ts'
import { type ForkOptions, type Frozen, forkFrom } from './fork.ts'
import type { Machine } from './machine.ts'

/**
 * A standby: a machine that was resumed from a frozen one in advance, and is paused until it is needed. It has already
 * run the command that hosts run first and most often. QEMU's translated code is no part of a frozen machine, and on an
 * emulated processor translating takes three times as long as the answer.
 */
export async function standbyFrom(frozen: Frozen, options: ForkOptions): Promise<Machine> {
  const machine = await forkFrom(frozen, options)
  try {
    const guest = new Guest(machine.runner, slowness(options.accelerator))
    await guest.present()
    await guest.exec('systemctl is-active docker')
    await machine.qmp.call('stop')
    return machine
  } catch (error) {
    await machine.end()
    throw error
  }
}

/** Continues a standby; undefined if it has ended meanwhile, which removes it. */
export async function goOn(standby: Machine): Promise<Machine | undefined> {
  try {
    await standby.qmp.call('cont')
    return standby
  } catch {
    await standby.end()
    return undefined
  }
}
