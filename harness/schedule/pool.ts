import { sleep } from '../lib/retry.ts'
import type { Room } from './room.ts'

/** Something to run: the room it takes, reserved while it runs, and for how long. */
export interface Task extends Room {
  name: string
  expectedMs: number
}

export interface PoolOptions {
  jobs: number
  /** MiB that tasks may take together. */
  memory: number
  /** Those that tasks may keep busy together. */
  processors: number
  /** MiB that are left at this moment; others may have taken what was there at the start. */
  memoryLeft: () => number
  signal: AbortSignal
}

// How often it is looked whether others have given memory back.
const observationMs = 2000

/**
 * Runs every task once, the longest first, at most `jobs` at a time, and never more than memory and processors hold: a
 * task that does not fit waits, and smaller ones go before it that do not hold it up. Alone, a task runs whatever it
 * takes. An abort starts no more. Rejects with the first error, once all that ran has ended.
 */
export async function runPool<T extends Task>(
  tasks: readonly T[],
  options: PoolOptions,
  run: (task: T) => Promise<void>,
): Promise<void> {
  const waiting = tasks.toSorted((a, b) => b.expectedMs - a.expectedMs)
  const running = new Map<T, Promise<void>>()
  const errors: unknown[] = []
  // One that would keep more processors busy than there are has them all.
  const busy = (task: T): number => Math.min(task.processors, options.processors)
  const taken = (of: (task: T) => number, among: Iterable<T> = running.keys()): number =>
    [...among].reduce((sum, other) => sum + of(other), 0)
  const fits = (task: T): boolean => {
    if (running.size === 0) return true
    if (taken(busy) + busy(task) > options.processors || holdsUp(task)) return false
    return taken(({ memory }) => memory) + task.memory <= options.memory && task.memory <= options.memoryLeft()
  }
  // Small tasks could follow one another for ever beside each other, and a longer one that needs the processors of several
  // would come last: one goes before it only where it can then run beside it.
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
