import type { Host } from '../hosts/host.ts'

/** Runs POSIX sh as root on a host, one of the lab's or a real one. */
export type Shell = Pick<Host, 'exec'>

export interface Execution {
  /** Steps that succeeded. */
  done: readonly string[]
  /** The step that failed and ended the procedure. */
  failed?: { step: string; code: number; stderr: string }
}

/** Milliseconds for a step, which may install a package or wait for containers to stop. */
const deadlineMs = 300_000

/**
 * Runs a procedure's steps on a host in order, up to the first that fails. The lab, which measures fixes, and
 * `fix --apply` both use this. A reboot is left to the caller.
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
