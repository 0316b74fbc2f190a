import { outside } from '../outside/outside.ts'
import { patience } from './container.ts'
import type { Probe } from './probe.ts'

/** curl: 7 refused or unreachable, 28 timed out, 52 empty reply, 56 reset. Source: curl(1), EXIT CODES. */
export const failCodes = [7, 28, 52, 56]

/** Connections to a published port: by loopback, by the host's own address, and from the outside; one group. */
export const published = (port: number, group: string): Probe[] => {
  const probe = (from: string, address: string, via = ''): Probe => ({
    name: `${group}-${from}`,
    group,
    healthy: 'pass',
    script: `${via}curl -sS --noproxy '*' -m ${patience} http://${address}:${port}/`,
    failCodes,
    answer: /^container$/m,
    deadlineMs: 15_000,
  })
  return [
    probe('loopback', '127.0.0.1'),
    probe('host', outside.hostAddress),
    probe('outside', outside.hostAddress, 'ip netns exec outside '),
  ]
}
