import type { Probe } from './probe.ts'

/** Seconds a probe waits for the network before it says no; inside the container, so that nothing outlives the probe. */
const patience = 4

/**
 * A probe run inside a container of the fleet. 1 is the tool's own "no" (and docker's, when daemon or container is
 * down); 143 is the patience that ran out. Any other code, 139 above all, is a crash.
 */
export const inContainer = (
  container: string,
  probe: { name: string; command: string; answer?: RegExp; healthy?: 'pass' | 'fail' },
): Probe => ({
  name: probe.name,
  healthy: probe.healthy ?? 'pass',
  script: `docker exec ${container} timeout ${patience} ${probe.command}`,
  failCodes: [1, 143],
  ...(probe.answer && { answer: probe.answer }),
  deadlineMs: 20_000,
})
