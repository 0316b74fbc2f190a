import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedPorts, isDropped } from '../../cause/drops.ts'
import { daemonJson, restartContainers, restartDocker } from '../../cause/steps.ts'
import { acceptingPorts, restartingContainers } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type Drop, type Flow, simulate } from '../../simulate/index.ts'
import { publishingAddress, type Setting } from '../../simulate/intent.ts'

/** dockerd publishes ports that name no address at one address of the host, so other addresses do not answer. */
export const publishedOnLoopback = defineCause({
  id: 'published-on-loopback',
  title: 'dockerd is configured to publish ports at one address only',
  needs: ['docker-config', 'docker-containers'],
  byFlows: true,
  detect(facts) {
    const closed = closedPorts(facts)
    const { ip } = simulate(facts).intent.settings
    if (closed.length === 0)
      return absent(
        ip ? `no published port fails because of ${ip}` : 'dockerd is not configured to publish ports at one address',
      )
    const addresses = closed.map((flow) => addressOf(flow, facts))
    const settings = [...new Map(addresses.map((each) => [each.where, each])).values()]
    const where = settings.map((setting) => `${setting.value} alone (${setting.where})`).join(', and at ')
    const ports = closed.map((flow) => `${flow.port} of ${flow.container}`).join(', ')
    const [{ port }, at] = [closed[0]!, addresses[0]!]
    const open = at.where === ip ? '' : ` Where it is not: -p 0.0.0.0:${port}:… overrules the network’s option.`
    const words = `dockerd publishes ports at ${where}, so port ${ports} does not answer at the host’s other addresses. Where that is intended, publish such a port with its address: -p ${at.value}:${port}:…${open}`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [
        ...settings.map((setting) => ({ from: 'dockerd’s configuration', line: setting.where })),
        ...closed.map(({ container, port, protocol }, index) => ({
          from: `docker port ${container}`,
          line: `${addresses[index]!.value}:${port}/${protocol}`,
        })),
      ],
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => isClosed(drop, flow, facts)),
  remedies: {
    'remove-ip': {
      title: 'Remove the setting, so that dockerd publishes at every address, and restart docker',
      restartsDocker: true,
      when: (facts) =>
        closedPorts(facts).some((flow) => addressOf(flow, facts).where === simulate(facts).intent.settings.ip),
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

/** The address for a flow's port where the user names none, and the setting that makes it so. */
function addressOf({ network }: Flow, facts: Facts): Setting {
  const { intent } = simulate(facts)
  const own = facts.docker.networks.find(({ name }) => name === network)
  return own ? publishingAddress(own, intent) : { value: intent.publishesAt, where: intent.settings.ip ?? '' }
}

/** A flow that ends because its port is published elsewhere by dockerd's choice, not by the user's. */
function isClosed({ end, rule }: Drop, flow: Flow, facts: Facts): boolean {
  const { kind, port, protocol, container } = flow
  if (kind !== 'published' || end !== 'no-listener' || rule) return false
  const { value } = addressOf(flow, facts)
  const own = facts.docker.containers.find(({ name }) => name === container)
  const published = own?.published.find((each) => each.port === port && each.protocol === protocol)
  if (!own || !published || value === '0.0.0.0' || published.host !== value) return false
  return own.requested.some((each) => each.to === published.to && each.protocol === protocol && each.host === '')
}

/** The flows that end so, one of each port. */
const closedPorts = oncePer((facts: Facts): Flow[] => droppedPorts(facts, (drop, flow) => isClosed(drop, flow, facts)))
