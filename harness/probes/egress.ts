import { outside } from '../outside/outside.ts'
import { inContainer } from './container.ts'
import { enter } from './fleet.ts'
import type { Probe } from './probe.ts'

/** From a container to the outside: TCP, UDP, ICMP, a name, and a transfer larger than any window. */
export const egress = (container: string, prefix: string): Probe[] => [
  inContainer(container, {
    name: `${prefix}-tcp`,
    command: `wget -q -O - http://${outside.address}/`,
    answer: /^outside$/m,
  }),
  udpEcho(container, `${prefix}-udp`),
  inContainer(container, { name: `${prefix}-icmp`, command: `ping -c 1 -W 3 ${outside.address}` }),
  inContainer(container, {
    name: `${prefix}-dns`,
    command: `nslookup -type=a ${outside.name}`,
    answer: new RegExp(`Address.*${outside.address.replaceAll('.', '\\.')}\\s*$`, 'm'),
  }),
  inContainer(container, {
    name: `${prefix}-large`,
    command: `sh -c 'wget -q -O - http://${outside.address}/large | wc -c'`,
    answer: /^524288$/m,
  }),
]

// Debian's busybox nc speaks no UDP: the host's socat speaks it from inside the container's network namespace.
const udpEcho = (container: string, name: string): Probe => ({
  name,
  healthy: 'pass',
  script: `${enter(container, 'net')} sh -c 'echo echoed | timeout 5 socat -t 2 - UDP4:${outside.address}:7'`,
  failCodes: [1, 124],
  answer: /^echoed$/m,
  deadlineMs: 20_000,
})
