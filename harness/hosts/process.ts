import { readFileSync } from 'node:fs'
import { sleep } from '../lib/retry.ts'

/** The identity of a process, distinct from a later one with the same pid. */
export interface ProcessId {
  pid: number
  /** Clock ticks from the machine's boot to the process's start: field 22 of /proc/PID/stat. */
  start: string
  boot: string
}

/** The id of this machine's current boot. */
export const machineBoot = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** The start time of a living process; undefined once it is gone or a zombie. */
export function startOf(pid: number): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The command's name is in parentheses and may contain any character, so fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

/** The identity of a living process. */
export function identify(pid: number): ProcessId | undefined {
  const start = startOf(pid)
  return start === undefined ? undefined : { pid, start, boot: machineBoot() }
}

/** Whether this process, not only one with its pid, is alive. */
export const isAlive = (id: ProcessId): boolean => id.boot === machineBoot() && startOf(id.pid) === id.start

/** Kills this process. Gives whether it is gone; false after the deadline. */
export async function kill(id: ProcessId, deadlineMs = 5000): Promise<boolean> {
  const end = performance.now() + deadlineMs
  while (isAlive(id)) {
    if (performance.now() > end) return false
    try {
      process.kill(id.pid, 'SIGKILL')
    } catch {
      // It ended before the kill, or belongs to another user.
    }
    await sleep(20)
  }
  return true
}
