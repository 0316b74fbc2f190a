import { sweepBuilds } from '../images/cache.ts'
import { engineRecords } from './container/engines.ts'
import { ownContainers, sweepContainers } from './container/sweep.ts'
import { sweepFolders } from './own-folder.ts'
import { down, machineFolders, ownMachines, sweep } from './qemu/runs.ts'

/** What a sweep did, by name. */
export interface Swept {
  ended: string[]
  running: string[]
}

/**
 * Ends what dead runs left behind: machines, engines, incomplete builds. It ends a process only if both its pid and its
 * start time are as recorded. With `kept` it also ends hosts that were kept on purpose.
 */
export async function sweepEverything({ kept }: { kept: boolean }): Promise<Swept> {
  const builds = await sweepBuilds()
  const machines = await (kept ? down() : sweep())
  const containers = await sweepContainers({ kept })
  const folders = sweepFolders([...machineFolders(), ...engineRecords().map(({ link }) => link)])
  return {
    ended: [
      ...machines.ended,
      ...containers.ended,
      ...builds.map((name) => `incomplete build ${name}`),
      ...folders.map((path) => `temporary folder ${path}`),
    ],
    running: [...machines.running, ...containers.running],
  }
}

/** The hosts and engines of this process that are still there, by name, except those kept on purpose. */
export const leftBehind = async (): Promise<string[]> => [...ownMachines(), ...(await ownContainers())]
