import { outside } from '../outside/outside.ts'
import { inContainer } from './container.ts'
import { fleet } from './fleet.ts'
import type { Probe } from './probe.ts'

/** Between containers: the same network must answer, another network must not: isolation is a result, not an extra. */
export const neighbours: readonly Probe[] = [
  inContainer(fleet.user.name, {
    name: 'same-network',
    command: `wget -q -O - http://${fleet.peer.address}/`,
    answer: /^container$/m,
  }),
  inContainer(fleet.user.name, {
    name: 'isolation',
    healthy: 'fail',
    command: `wget -q -O - http://${fleet.other.address}/`,
    answer: /^container$/m,
  }),
  inContainer(fleet.default.name, {
    name: 'gateway',
    command: `sh -c 'ping -c 1 -W 30 $(ip route | sed -n "s/^default via \\([0-9.]*\\).*/\\1/p")'`,
  }),
  // The contrast: a container without a network of its own.
  inContainer(fleet.host.name, {
    name: 'host-network',
    command: `wget -q -O - http://${outside.address}/`,
    answer: /^outside$/m,
  }),
]
