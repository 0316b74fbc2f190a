import { sweepBuilds } from '../images/cache.ts'
import { sweepContainers } from './container/sweep.ts'
import { down, sweep } from './qemu/runs.ts'

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
  return {
    ended: [...machines.ended, ...containers.ended, ...builds.map((name) => `incomplete build ${name}`)],
    running: [...machines.running, ...containers.running],
  }
}
