import { sleep } from '../lib/retry.ts'
import type { Room } from './room.ts'

/** A task, the room that is reserved for it while it runs, and its expected duration. */
export interface Task extends Room {
  name: string
  expectedMs: number
}

export interface PoolOptions {
  jobs: number
  /** The MiB for all tasks together. */
  memory: number
  /** The processors for all tasks together. */
  processors: number
  /** The MiB that are free now; other programs may have taken some since the start. */
  memoryLeft: () => number
  signal: AbortSignal
}

// How often the free memory is checked again while a task waits for it.
const observationMs = 2000

/**
 * Runs every task once, the longest first, at most `jobs` at a time and within memory and processors. A task that does
 * not fit waits; smaller ones that do not delay it go first. Alone, a task always runs. After an abort or an error no
 * more tasks start. Rejects with the first error once all running tasks have ended.
 */
export async function runPool<T extends Task>(
  tasks: readonly T[],
  options: PoolOptions,
  run: (task: T) => Promise<void>,
): Promise<void> {
  const waiting = tasks.toSorted((a, b) => b.expectedMs - a.expectedMs)
  const running = new Map<T, Promise<void>>()
  const errors: unknown[] = []
  // A task that wants more processors than there are gets all of them.
  const busy = (task: T): number => Math.min(task.processors, options.processors)
  const taken = (of: (task: T) => number, among: Iterable<T> = running.keys()): number =>
    [...among].reduce((sum, other) => sum + of(other), 0)
  const fits = (task: T): boolean => {
    if (running.size === 0) return true
    if (taken(busy) + busy(task) > options.processors || holdsUp(task)) return false
    return taken(({ memory }) => memory) + task.memory <= options.memory && task.memory <= options.memoryLeft()
  }
  // Otherwise small tasks could follow each other without end, and a longer one that needs several processors would
  // come last. So a small task goes first only if the longer one can then run beside it.
  const holdsUp = (task: T): boolean =>
    waiting.slice(0, waiting.indexOf(task)).some((longer) => {
      const beside = [...running.keys()].filter((other) => busy(other) < busy(longer))
      return busy(longer) > busy(task) && taken(busy, [...beside, longer, task]) > options.processors
    })
  while (waiting.length > 0 || running.size > 0) {
    const stop = options.signal.aborted || errors.length > 0
    if (stop) waiting.length = 0
    const next = running.size < options.jobs ? waiting.find(fits) : undefined
    if (next) {
      waiting.splice(waiting.indexOf(next), 1)
      const ended = run(next)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => running.delete(next))
      running.set(next, ended)
    } else if (running.size > 0) {
      const blocked = waiting.length > 0 && running.size < options.jobs
      await Promise.race([...running.values(), ...(blocked ? [sleep(observationMs)] : [])])
    }
  }
  if (errors.length > 0) throw errors[0]
}
