import { apartFromOther } from '../cause/joined.ts'
import type { ContainerFact, Facts } from '../evidence/facts.ts'
import { restartsItself } from '../evidence/restart-policy.ts'
import { discardedPorts } from './discarded-ports.ts'
import { aboutContainer, type Trouble } from './symptom.ts'
import { list } from './words.ts'

/**
 * Containers that should run and do not, with dockerd's own error; those that are paused; those on no network, or in a
 * namespace that is left over; and those with ports that dockerd has not published.
 */
export const containerTrouble = (facts: Facts): Trouble[] => [
  ...notRunning(facts),
  ...endedWithDocker(facts),
  ...paused(facts),
  ...onNoNetwork(facts),
  ...discardedPorts(facts),
  ...joinedApart(facts),
  ...unpublished(facts),
]

// Networks that a container is on without an address of its own.
const without = /^(none|host|container:.*)$/

/** A running container whose network is gone, or that was disconnected from it. Without ports that may be on purpose. */
function onNoNetwork({ docker }: Facts): Trouble[] {
  const names = docker.allNetworks.map(({ name }) => name)
  return docker.containers.flatMap(({ name, mode, requested, addresses, addresses6, macs }) => {
    if (without.test(mode) || isConnected({ addresses, addresses6, macs })) return []
    const network = mode === 'default' ? 'bridge' : mode
    const exists = names.includes(network)
    const ports = list(requested.map(({ port, protocol }) => `${port}/${protocol}`))
    const why = exists ? `it is not connected to ${network}` : `its network ${network} does not exist`
    const off = !exists && network === 'bridge' && docker.config.bridge === 'none'
    const next = exists
      ? [`docker network connect ${network} ${name}`]
      : off
        ? [`remove "bridge": "none" from ${docker.configFile}, then systemctl restart docker.service`]
        : ['docker network ls', `docker inspect -f '{{json .NetworkSettings.Networks}}' ${name}`]
    return {
      group: aboutContainer(name, {
        state: requested.length > 0 ? 'dead' : 'unclear',
        message: `it runs on no network, so nothing reaches it${ports && `, nor its port ${ports}`}: ${why}${off ? ` ("bridge": "none" in ${docker.configFile})` : ''}`,
        next,
      }),
    } satisfies Trouble
  })
}

/** A container in another's network namespace keeps it when the other is started again, and it has no link any more. */
const joinedApart = (facts: Facts): Trouble[] =>
  apartFromOther(facts).map(({ name, other }) => {
    const [why, next] = {
      running: ['was started again after it', [`docker restart ${name}`]],
      stopped: ['does not run', [`docker start ${other.name}`, `docker restart ${name}`]],
      gone: [
        `is gone. ${name} has to be made again`,
        [`docker inspect -f '{{.HostConfig.NetworkMode}}' ${name}`, `docker rm -f ${name}`],
      ],
    }[other.isThere] as [string, string[]]
    return {
      group: aboutContainer(name, {
        state: 'dead',
        message: `it is to use the network of the container ${other.name}, which ${why}. Nothing but its own loopback is left to it`,
        next,
      }),
      symptom: { kind: 'apart', name },
    }
  })

/** A paused container does not answer. Whether it is paused on purpose cannot be seen on the host. */
const paused = ({ docker }: Facts): Trouble[] =>
  docker.containers
    .filter(({ paused }) => paused)
    .map(({ name, published }) => ({
      group: aboutContainer(name, {
        state: 'unclear',
        message: `it is paused, so none of its programs answers${published.length > 0 ? `, and neither does port ${list(published.map(({ port, protocol }) => `${port}/${protocol}`))}` : ''}`,
        next: [`docker unpause ${name}`],
      }),
    }))

const notRunning = ({ docker }: Facts): Trouble[] =>
  docker.stopped
    .filter(({ restart, error }) => restartsItself(restart) && error !== '')
    .map(({ name, error, status }) => ({
      symptom: { kind: 'container', name, error },
      group: aboutContainer(name, {
        state: 'dead',
        message: `it should be running and is not (${status}): ${error}`,
        next: portOf(error)
          ? [`ss -lntup sport = :${portOf(error)}`, `docker start ${name}`]
          : [`docker start ${name}`, `docker logs --tail 20 ${name}`],
      }),
    }))

/**
 * A container that publishes ports, and that ended when dockerd was stopped or started. Without a restart policy it stays
 * down. Whether it should run cannot be seen on the host.
 */
function endedWithDocker({ docker, units, system: { nowS, uptimeS } }: Facts): Trouble[] {
  const unit = units['docker.service']
  if (nowS === undefined || !unit?.activeSinceUs) return []
  const atMs = (us: number): number => (nowS - uptimeS) * 1000 + us / 1000
  const [from, to] = [atMs(Math.min(unit.stoppedUs || unit.startedUs, unit.startedUs)), atMs(unit.activeSinceUs)]
  return docker.stopped
    .filter(({ restart, ports, endedMs }) => {
      const isAlone = !restartsItself(restart)
      return (
        isAlone && ports.length > 0 && endedMs !== undefined && endedMs >= from - roughMs && endedMs <= to + roughMs
      )
    })
    .map(({ name, ports }) => ({
      group: aboutContainer(name, {
        state: 'unclear',
        message: `it ran until dockerd was restarted, and has no restart policy, so it stays down, and with it its port ${list(ports.map(({ port, protocol }) => `${port}/${protocol}`))}. Whether it should run is not known`,
        next: [`docker start ${name}`, `docker update --restart unless-stopped ${name}`],
      }),
    }))
}

// The clock of containers' times and that of systemd's are read one after the other.
const roughMs = 2000

const portOf = (error: string): string | undefined => error.match(/(?:listen \w+4? |bind for )\S*:(\d+)/)?.[1]

const isConnected = ({ addresses, addresses6, macs }: Pick<ContainerFact, 'addresses' | 'addresses6' | 'macs'>) =>
  [addresses, addresses6, macs].some((each) => Object.values(each).some((value) => value !== ''))

/** A container with a port that it should publish and does not. dockerd reports no error. */
function unpublished({ docker }: Facts): Trouble[] {
  const networks = new Map(docker.allNetworks.map((network) => [network.name, network]))
  return docker.containers.flatMap((container) => {
    const { name, mode, requested, published, addresses } = container
    const missing = requested.filter(
      ({ to, protocol }) => !published.some((each) => each.to === to && each.protocol === protocol),
    )
    const own = Object.keys(addresses).flatMap((each) => networks.get(each) ?? [])
    // Containers of other drivers answer at addresses of their own.
    const bridged = own.length > 0 && own.every(({ driver }) => driver === 'bridge')
    if (without.test(mode) || missing.length === 0 || !bridged || !isConnected(container)) return []
    const internal = own.every((network) => network.internal)
    const on = list(own.map((network) => network.name))
    const why = internal ? `it is on ${on} alone, which is internal` : 'dockerd has published nothing for it'
    const next = internal
      ? [`docker network connect bridge ${name}`]
      : [`docker restart ${name}`, `docker port ${name}`]
    return {
      group: aboutContainer(name, {
        state: 'dead',
        message: `its port ${list(missing.map(({ to, protocol }) => `${to}/${protocol}`))} is not published: ${why}`,
        next,
      }),
    } satisfies Trouble
  })
}
