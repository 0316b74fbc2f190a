import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { hasNoRule, lostTables, otherDockerds, programsIptables } from '../../cause/docker-rules.ts'
import { droppedPorts, isDropped } from '../../cause/drops.ts'
import { restartDocker } from '../../cause/steps.ts'
import { acceptingForward, acceptingPorts } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type Drop, type Flow, simulate } from '../../simulate/index.ts'

/** Docker's chain has lost the rule of a published port, while the chain itself and its other rules are there. */
export const publishedRuleMissing = defineCause({
  id: 'published-rule-missing',
  title: 'Docker’s rule for a published port is gone',
  needs: ['docker-containers', 'rules-nft', 'rules-legacy', 'units'],
  byFlows: true,
  detect(facts) {
    const bare = barePorts(facts)
    if (bare.length === 0) return absent('every published port that fails has its rule in Docker’s chain')
    if (otherDockerds(facts).length > 0)
      return unknown('another dockerd runs here, and each start of one deletes the rules of the other')
    const ports = bare.map(({ port, protocol, container }) => `${port}/${protocol} of ${container}`).join(', ')
    const words = `Docker’s chain has no rule for port ${ports}, so packets for it end at the host. Somebody deleted it, or restored rules that were saved before the container started.`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: bare.map(({ port, protocol, container }) => ({
        from: 'iptables -t nat -S DOCKER',
        line: `no rule for --dport ${port} (${protocol}), which ${container} publishes`,
      })),
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => isBare(drop, flow, facts)),
  remedies: {
    'restart-containers': {
      title: 'Restart the containers, for which dockerd writes the rules again',
      steps: (facts) => [`docker restart -t 2 ${containersOf(facts).join(' ')}`],
      cost: 'these containers restarted',
    },
    'restart-docker': {
      title: 'Restart docker, which writes all its rules again',
      steps: () => [restartDocker],
      cost: 'all containers restarted',
      restartsDocker: true,
    },
  },
  temptations: {
    'accept-port': acceptingPorts((facts) => barePorts(facts), {
      why: 'The packets get as far as the host already, and no program of it answers there.',
    }),
    'accept-forward': acceptingForward({
      why: 'Without their rule the packets are not forwarded at all.',
    }),
  },
})

/** A flow that ends at the host, because nothing sends it on to the container that publishes the port. */
function isBare({ end, rule }: Drop, { kind, port, protocol, container, address }: Flow, facts: Facts): boolean {
  if (kind !== 'published' || end !== 'no-listener' || rule) return false
  if (!programsIptables(facts) || lostTables(facts).includes('nat')) return false
  const own = facts.docker.containers.find(({ name }) => name === container)
  const published = own?.published.find((each) => each.port === port && each.protocol === protocol)
  if (!published || !['', '0.0.0.0', address].includes(published.host)) return false
  // A container whose network cannot be read may be about to end, and a dockerd of another network namespace may run it.
  const isRead = facts.containers.every((each) => each.container !== container || each.read)
  // Such a dockerd makes its rules there.
  const isHere = simulate(facts).net.ends.has(container)
  return isRead && isHere && hasNoRule(facts, published)
}

/** The flows that end so, one of each port. */
const barePorts = oncePer((facts: Facts): Flow[] => droppedPorts(facts, (drop, flow) => isBare(drop, flow, facts)))

const containersOf = (facts: Facts): string[] => [...new Set(barePorts(facts).map(({ container }) => container))].sort()
