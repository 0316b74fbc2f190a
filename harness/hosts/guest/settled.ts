import { LabError } from '../../lib/errors.ts'
import { until } from '../../lib/retry.ts'
import type { Guest } from './guest.ts'
import { kernelFailure } from './kernel-failure.ts'

const onceMs = 10_000

interface SettleOptions {
  /** Multiplies every deadline. */
  slow: number
  signal: AbortSignal
  /** What the console has said since this boot began; to reject with LabError `interrupted` ends the wait. */
  console: () => Promise<string>
}

/**
 * Waits until systemd has settled, well or not. Rejects with LabError `host` where the deadline passes, or earlier where the
 * kernel has failed in this boot: what a process held that was ended so nobody lets go of.
 */
export async function awaitSettled(guest: Guest, { slow, signal, console }: SettleOptions): Promise<void> {
  const started = Date.now()
  let failure: string | undefined
  await until(
    'systemd to settle',
    async () => {
      const said = await console()
      // It may yet settle, without what was ended: one whole wait is for that.
      if (Date.now() - started > onceMs * slow) failure = kernelFailure(said)
      if (failure) throw new LabError('interrupted', 'the kernel has failed')
      // `--wait` fails where the bus is not up yet: then it is asked again. Any final state will do.
      const { stdout } = await guest.exec('systemctl is-system-running --wait', { deadlineMs: onceMs })
      return /running|degraded|maintenance/.test(stdout) || undefined
    },
    { deadlineMs: 120_000 * slow, everyMs: 300, signal },
  ).catch((error: unknown) => {
    signal.throwIfAborted()
    if (!failure) throw error
    throw new LabError('host', `the kernel of the host failed as it booted, and systemd does not settle: ${failure}`)
  })
}
