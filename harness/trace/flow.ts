import { isIPv4 } from 'node:net'
import type { Facts } from '../evidence/facts.ts'
import { LabError } from '../lib/errors.ts'
import type { Flow } from './trace.ts'

/** A trace's default target: an address of the internet that answers everyone. */
export const anywhere = '1.1.1.1:443'

export interface Target {
  /** The name of a running container; without it the first on a bridge. */
  container?: string
  address: string
  port: number
  protocol: Flow['protocol']
}

/** Reads `[container@]address[:port][/tcp|udp|icmp]`, TCP to port 443 by default. Throws LabError `usage`. */
export function readTarget(text: string): Target {
  const [, container, address = '', port, protocol = 'tcp'] =
    text.match(/^(?:([\w.-]+)@)?([\d.]+)(?::(\d{1,5}))?(?:\/(tcp|udp|icmp))?$/) ?? []
  if (!isIPv4(address) || Number(port ?? 1) > 65_535)
    throw new LabError('usage', `--trace ${text}: not a target`, {
      hint: 'write [container@]address[:port][/tcp|udp|icmp], such as web@203.0.113.10:443; give an address, not a name',
    })
  return {
    ...(container !== undefined && { container }),
    address,
    port: protocol === 'icmp' ? 0 : Number(port ?? 443),
    protocol: protocol as Flow['protocol'],
  }
}

/** The flow from a running container to a target; a sentence where there is no such container on a bridge. */
export function flowTo({ container, ...target }: Target, { docker }: Facts): Flow | string {
  const candidates = docker.containers.flatMap(({ name, addresses }) =>
    Object.entries(addresses).flatMap(([on, source]) => {
      const network = docker.networks.find((each) => each.name === on && !each.internal)
      return network && source ? [{ container: name, network: on, bridge: network.bridge, source, ...target }] : []
    }),
  )
  const chosen = candidates
    .filter((each) => container === undefined || each.container === container)
    // The default bridge comes first, because its rules differ.
    .sort(
      (a, b) =>
        Number(b.network === 'bridge') - Number(a.network === 'bridge') || a.container.localeCompare(b.container),
    )[0]
  if (chosen) return chosen
  if (docker.server === '' && !docker.answers)
    return docker.processes.length > 0
      ? 'dockerd does not answer, so its containers are not known'
      : 'Docker is not running, so no container is'
  return container === undefined
    ? 'no container runs on a bridge network'
    : `no running container ${container} on a bridge network${candidates.length > 0 ? `; there are ${[...new Set(candidates.map((each) => each.container))].join(', ')}` : ''}`
}

/** The same flow with packets as large as the sender's link allows. */
export const largeFlow = (flow: Flow): Flow => ({ ...flow, kind: 'egress', size: 'full', ought: 'pass' })

/** One flow from each bridge network that has a running container. */
export const flowsFrom = ({ docker }: Facts, target: Target): Flow[] =>
  docker.networks
    .filter(({ internal }) => !internal)
    .flatMap(({ name, bridge }) => {
      const from = docker.containers.find(({ addresses }) => addresses[name])
      return from ? [{ ...target, container: from.name, network: name, bridge, source: from.addresses[name]! }] : []
    })
