import { outside } from '../outside/outside.ts'
import { inContainer, patience } from './container.ts'
import type { Probe } from './probe.ts'
import { ipv6Container } from './probe-containers.ts'
import { failCodes } from './published.ts'

const group = 'ipv6'

const publishedFrom = (from: string, address: string, via = ''): Omit<Probe, 'healthy'> => ({
  name: `${group}-published-${from}`,
  group,
  script: `${via}curl -gsS --noproxy '*' -m ${patience} 'http://[${address}]:${ipv6Container.port}/'`,
  failCodes,
  answer: /^container$/m,
  deadlineMs: 15_000,
})

/**
 * By IPv6: from a container to the outside, and to its published port. They run only where a scenario names them, on a
 * host with the decoy `ipv6-on`.
 */
export const ipv6: readonly Probe[] = [
  ...[
    { name: 'tcp', command: `wget -q -O - http://[${outside.address6}]/`, answer: /^outside$/m },
    { name: 'icmp', command: `ping -6 -c 1 -W 30 ${outside.address6}` },
  ].map(({ name, ...rest }) => {
    const { healthy: _, ...probe } = inContainer(ipv6Container.name, { name: `${group}-egress-${name}`, ...rest })
    return { ...probe, group }
  }),
  publishedFrom('host', outside.hostAddress6),
  publishedFrom('outside', outside.hostAddress6, 'ip netns exec outside '),
]
