import type { Host } from '../hosts/host.ts'

/** Whoever runs POSIX sh as root on a host: one of the lab's, or a real one. */
export type Shell = Pick<Host, 'exec'>

export interface Execution {
  /** Steps that went through. */
  done: readonly string[]
  /** The one that failed, which ends a procedure. */
  failed?: { step: string; code: number; stderr: string }
}

/** Milliseconds for a step: it may install a package, or restart a daemon that waits for its containers. */
const deadlineMs = 300_000

/**
 * Runs a procedure's steps on a host in order, up to the first that fails: the same for the lab, which measures it, and
 * for `fix --apply`. A reboot is the caller's.
 */
export async function execute(
  steps: readonly string[],
  shell: Shell,
  progress: (output: string) => void = () => {},
): Promise<Execution> {
  const done: string[] = []
  for (const step of steps) {
    const { code, stdout, stderr } = await shell.exec(step, { deadlineMs })
    progress(stdout + stderr)
    if (code !== 0) return { done, failed: { step, code, stderr } }
    done.push(step)
  }
  return { done }
}
