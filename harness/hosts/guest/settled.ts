import { LabError } from '../../lib/errors.ts'
import { until } from '../../lib/retry.ts'
import type { Guest } from './guest.ts'
import { kernelFailure } from './kernel-failure.ts'

const onceMs = 10_000

interface SettleOptions {
  /** Multiplies every deadline. */
  slow: number
  signal: AbortSignal
  /** The console's output since this boot began. To end the wait, reject with LabError `interrupted`. */
  console: () => Promise<string>
}

/**
 * Waits until systemd has settled, in any final state. Rejects with LabError `host` after the deadline, or earlier if the
 * kernel failed in this boot: a process that it killed never releases what it held.
 */
export async function awaitSettled(guest: Guest, { slow, signal, console }: SettleOptions): Promise<void> {
  const started = performance.now()
  let failure: string | undefined
  await until(
    'systemd to settle',
    async () => {
      const text = await console()
      // systemd may still settle without the killed process, so it gets one full wait.
      if (performance.now() - started > onceMs * slow) failure = kernelFailure(text)
      if (failure) throw new LabError('interrupted', 'the kernel has failed')
      // `--wait` fails while the bus is not up yet; then try again. Any final state will do.
      const { stdout } = await guest.exec('systemctl is-system-running --wait', { deadlineMs: onceMs })
      return /running|degraded|maintenance/.test(stdout) || undefined
    },
    { deadlineMs: 120_000 * slow, everyMs: 300, signal },
  ).catch((error: unknown) => {
    signal.throwIfAborted()
    if (!failure) throw error
    throw new LabError('host', `the kernel of the host failed while booting, and systemd does not settle: ${failure}`)
  })
}
