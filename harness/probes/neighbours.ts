import { outside } from '../outside/outside.ts'
import { inContainer } from './container.ts'
import { probeContainers } from './containers.ts'
import type { Probe } from './probe.ts'

/** Between containers: the same network answers, another network does not. Isolation is a result of its own. */
export const neighbours: readonly Probe[] = [
  inContainer(probeContainers.user.name, {
    name: 'same-network',
    command: `wget -q -O - http://${probeContainers.peer.address}/`,
    answer: /^container$/m,
  }),
  inContainer(probeContainers.user.name, {
    name: 'isolation',
    healthy: 'fail',
    command: `wget -q -O - http://${probeContainers.other.address}/`,
    answer: /^container$/m,
  }),
  inContainer(probeContainers.default.name, {
    name: 'gateway',
    command: `sh -c 'ping -c 1 -W 30 $(ip route | sed -n "s/^default via \\([0-9.]*\\).*/\\1/p")'`,
  }),
  // For contrast: a container that shares the host's network.
  inContainer(probeContainers.host.name, {
    name: 'host-network',
    command: `wget -q -O - http://${outside.address}/`,
    answer: /^outside$/m,
  }),
]
