import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedPorts, isDropped } from '../../cause/drops.ts'
import { daemonJson, restartContainers, restartDocker } from '../../cause/steps.ts'
import { acceptingPorts, restartingContainers } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type Drop, type Flow, simulate } from '../../simulate/index.ts'

/** dockerd publishes ports that name no address at one address of the host, so other addresses do not answer. */
export const publishedOnLoopback = defineCause({
  id: 'published-on-loopback',
  title: 'dockerd is configured to publish ports at one address only',
  needs: ['docker-config', 'docker-containers'],
  byFlows: true,
  detect(facts) {
    const closed = closedPorts(facts)
    const { publishesAt, settings } = simulate(facts).intent
    if (closed.length === 0)
      return absent(
        settings.ip
          ? `no published port fails because of ${settings.ip}`
          : 'dockerd is not configured to publish ports at one address',
      )
    const ports = closed.map(({ container, port }) => `${port} of ${container}`).join(', ')
    const words = `dockerd publishes ports at ${publishesAt} alone (${settings.ip}), so port ${ports} does not answer at the host’s other addresses. Where that is intended, publish such a port with its address: -p ${publishesAt}:${closed[0]!.port}:…`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [
        { from: 'dockerd’s configuration', line: settings.ip ?? '' },
        ...closed.map(({ container, port, protocol }) => ({
          from: `docker port ${container}`,
          line: `${publishesAt}:${port}/${protocol}`,
        })),
      ],
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => isClosed(drop, flow, facts)),
  remedies: {
    'remove-ip': {
      title: 'Remove the setting, so that dockerd publishes at every address, and restart docker',
      restartsDocker: true,
      steps: (facts) => [
        removeIp(facts),
        restartDocker,
        // A container that outlives dockerd keeps its ports as they are.
        ...(facts.docker.config['live-restore'] === true ? [restartContainers] : []),
      ],
      cost: 'docker and its containers restarted; every port that names no address is open to others',
    },
  },
  temptations: {
    'accept-port': acceptingPorts((facts) => closedPorts(facts), {
      why: 'No rule stops the packets. Nothing listens at the address that they are sent to.',
    }),
    'restart-containers': restartingContainers({
      why: 'dockerd chooses the address again, by the same setting.',
    }),
  },
})

const dropIns = '/etc/systemd/system/docker.service.d /etc/default/docker'
const removeIp = ({ docker }: Facts): string => {
  const file = docker.configFile || daemonJson
  return `[ ! -e ${file} ] || sed -i -zE 's/"ip"\\s*:\\s*"[^"]*"\\s*,?\\s*//; s/,\\s*\\}/}/' ${file}
grep -rlE -- '--ip[= ]' ${dropIns} 2>/dev/null | xargs -r sed -i -E 's/ *--ip[= ][0-9a-fA-F.:]+//g'; systemctl daemon-reload`
}

/** A flow that ends because its port is published elsewhere by dockerd's choice, not by the user's. */
function isClosed({ end, rule }: Drop, { kind, port, protocol, container }: Flow, facts: Facts): boolean {
  if (kind !== 'published' || end !== 'no-listener' || rule) return false
  const { publishesAt } = simulate(facts).intent
  const own = facts.docker.containers.find(({ name }) => name === container)
  const published = own?.published.find((each) => each.port === port && each.protocol === protocol)
  if (!own || !published || publishesAt === '0.0.0.0' || published.host !== publishesAt) return false
  return own.requested.some((each) => each.to === published.to && each.protocol === protocol && each.host === '')
}

/** The flows that end so, one of each port. */
const closedPorts = oncePer((facts: Facts): Flow[] => droppedPorts(facts, (drop, flow) => isClosed(drop, flow, facts)))
