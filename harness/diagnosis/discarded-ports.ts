import type { ContainerFact, Facts, PortFact } from '../evidence/facts.ts'
import { aboutContainer, type Trouble } from './symptom.ts'
import { list } from './words.ts'

/**
 * Containers whose ports Docker discards without an error: it publishes nothing for a container without a network, or on
 * the host's own. On the host's network the port works if a program listens at it.
 */
export function discardedPorts(facts: Facts): Trouble[] {
  return facts.docker.containers.flatMap((container) => {
    const { name, mode, requested } = container
    if (mode === 'none' && requested.length > 0) return [withoutNetwork(container)]
    const dead = mode === 'host' ? requested.filter((port) => isUnanswered(port, facts)) : []
    return dead.length > 0 ? [onHostNetwork(name, dead)] : []
  })
}

const withoutNetwork = ({ name, requested }: ContainerFact): Trouble => ({
  group: aboutContainer(name, {
    state: 'dead',
    message: `Docker publishes nothing for a container without a network (its network mode is none), so its port ${portsOf(requested)} is dead. It has to be made again with a network`,
    next: [`docker inspect -f '{{.HostConfig.NetworkMode}} {{.HostConfig.PortBindings}}' ${name}`],
  }),
})

const onHostNetwork = (name: string, dead: readonly PortFact[]): Trouble => ({
  group: aboutContainer(name, {
    state: 'dead',
    message: `it uses the host’s network (network mode host), where Docker discards published ports: its programs listen at their own ports, and nothing on the host listens at ${portsOf(dead)}`,
    next: ['ss -lntup', `docker inspect -f '{{.HostConfig.NetworkMode}} {{.HostConfig.PortBindings}}' ${name}`],
  }),
})

/** Whether no program on the host listens at a port: at the one on the host, or the program's own where any would do. */
function isUnanswered({ port, to, protocol }: PortFact, { listeners, sections }: Facts): boolean {
  if (sections.listeners?.status !== 'ok' || (protocol !== 'tcp' && protocol !== 'udp')) return false
  return !listeners.some((each) => each.protocol === protocol && each.port === (port || to))
}

const portsOf = (ports: readonly PortFact[]): string =>
  list([...new Set(ports.map(({ port, to, protocol }) => `${port || to}/${protocol}`))])
