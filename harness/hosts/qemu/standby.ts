import { Guest } from '../guest/guest.ts'
import { slowness } from './accelerator.ts'
import { type ForkOptions, type Frozen, forkFrom } from './fork.ts'
import type { Machine } from './machine.ts'

/**
 * A machine that went on from a frozen one before anybody asked for it, and stands still until somebody does. It has met
 * its guest, and been asked what hosts are asked first and most: what QEMU has translated for that is no part of a frozen
 * machine, and takes an emulated processor three times as long as the answer.
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

/** Lets a spare machine go on; one that has ended meanwhile is cleared away, and nothing is given. */
export async function goOn(standby: Machine): Promise<Machine | undefined> {
  try {
    await standby.qmp.call('cont')
    return standby
  } catch {
    await standby.end()
    return undefined
  }
}
