import { LabError } from './errors.ts'

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits for `event`, at most `ms`. Gives whether it came. */
export async function within(ms: number, event?: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, Math.max(1, ms), false)
  })
  try {
    return await Promise.race([late, ...(event ? [event.then(() => true)] : [])])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Calls `attempt` until it gives something other than undefined, or the deadline passes.
 * Throws LabError `host` that names what it waited for. An attempt that throws counts as one that gave undefined.
 */
export async function until<T>(
  what: string,
  attempt: () => Promise<T | undefined>,
  options: { deadlineMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<T> {
  // Not the time of day: a clock that is set back would make the deadline an hour longer.
  const end = performance.now() + options.deadlineMs
  let last: unknown
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      const value = await attempt()
      if (value !== undefined) return value
    } catch (error) {
      if (error instanceof LabError && error.code === 'interrupted') throw error
      last = error
    }
    if (performance.now() >= end)
      throw new LabError('host', `waited ${Math.round(options.deadlineMs / 1000)} s for ${what}`, { cause: last })
    await sleep(options.everyMs ?? 250)
  }
}
