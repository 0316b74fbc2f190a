import { enter } from './fleet.ts'
import type { Probe } from './probe.ts'

/**
 * Seconds a probe waits for the network before it says no, as a word of sh: an emulated host exports a longer one. Kept
 * inside the container, so that nothing outlives the probe.
 */
export const patience = '"${PATIENCE:-4}"'

/**
 * A probe run inside a container of the fleet: busybox, in that container's own namespaces. 1 is the tool's own "no",
 * or a container that does not run; 143 is the patience that ran out. Any other code, 139 above all, is a crash.
 * `command` is one program, as patience ends no more than that; `digest` makes its output shorter, on the host, and its
 * exit code is then the probe's: what `command` failed of is told by the answer alone.
 */
export const inContainer = (
  container: string,
  probe: { name: string; command: string; digest?: string; answer?: RegExp; healthy?: 'pass' | 'fail' },
): Probe => ({
  name: probe.name,
  healthy: probe.healthy ?? 'pass',
  script: `${enter(container, 'mount,net,uts,ipc')} timeout ${patience} ${probe.command}${probe.digest ? ` | ${probe.digest}` : ''}`,
  failCodes: [1, 143],
  ...(probe.answer && { answer: probe.answer }),
  deadlineMs: 20_000,
})
