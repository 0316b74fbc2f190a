import { patience } from './container.ts'
import type { Probe } from './probe.ts'
import { probeContainers } from './probe-containers.ts'
import { failCodes } from './published.ts'

const direct = (name: string, address: string): Probe => ({
  name,
  script: `ip netns exec outside curl -sS --noproxy '*' -m ${patience} http://${address}/`,
  failCodes,
  answer: /^container$/m,
  deadlineMs: 15_000,
})

/**
 * From outside to a container's own address, with and without a published port. The outside needs a route for that, so
 * they run only where a scenario names them.
 */
export const directAccess: readonly Probe[] = [
  direct('direct', probeContainers.user.address),
  direct('direct-unpublished', probeContainers.peer.address),
]
