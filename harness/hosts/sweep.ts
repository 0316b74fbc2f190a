import { sweepBuilds } from '../images/cache.ts'
import { sweepContainers } from './container/sweep.ts'
import { down, sweep } from './qemu/runs.ts'

/** What a sweep did, by name. */
export interface Swept {
  ended: string[]
  running: string[]
}

/**
 * Ends what runs that died have left: machines, engines, half-made builds. A process is only ended where both its pid
 * and its start time are the recorded ones. With `kept`, hosts that were kept on purpose as well.
 */
export async function sweepEverything({ kept }: { kept: boolean }): Promise<Swept> {
  const builds = await sweepBuilds()
  const machines = await (kept ? down() : sweep())
  const containers = await sweepContainers({ kept })
  return {
    ended: [...machines.ended, ...containers.ended, ...builds.map((name) => `half-made build ${name}`)],
    running: [...machines.running, ...containers.running],
  }
}
