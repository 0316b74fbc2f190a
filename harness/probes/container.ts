import { enter } from './containers.ts'
import type { Probe } from './probe.ts'

/**
 * The seconds that a probe waits for the network, as a word of sh; an emulated host exports a larger number. The timeout
 * runs inside the container, so that nothing outlives the probe.
 */
export const patience = '"${PATIENCE:-4}"'

/** The same for a connection that a healthy host blocks: each observation of one waits as long as this. */
const patienceBlocked = `$((\${PATIENCE:-4} * 3 / 4))`

/**
 * A probe that runs busybox in the namespaces of a probe container. Exit code 1: the tool failed, or the container does
 * not run. 143: the timeout. Any other code, such as 139, is a crash. `command` is one program, because the timeout ends
 * only one. `digest` shortens its output on the host and sets the exit code, so then only the answer shows a failure.
 */
export const inContainer = (
  container: string,
  probe: { name: string; command: string; digest?: string; answer?: RegExp; healthy?: 'pass' | 'fail' },
): Probe => ({
  name: probe.name,
  healthy: probe.healthy ?? 'pass',
  script: `${enter(container, 'mount,net,uts,ipc')} timeout ${probe.healthy === 'fail' ? patienceBlocked : patience} ${probe.command}${probe.digest ? ` | ${probe.digest}` : ''}`,
  failCodes: [1, 143],
  ...(probe.answer && { answer: probe.answer }),
  deadlineMs: 20_000,
})
