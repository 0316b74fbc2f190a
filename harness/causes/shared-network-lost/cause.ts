import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { apartFromOther, otherOf, refusedToJoin } from '../../cause/joined.ts'
import { restartContainers } from '../../cause/steps.ts'
import { acceptingForward } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'

/**
 * Containers that share the network of another (`--network container:NAME`, `network_mode: service:NAME`), and have kept
 * its old network namespace since it was started again, or did not start because it did not run. Source: docker run
 * reference, "Container networking".
 */
export const sharedNetworkLost = defineCause({
  id: 'shared-network-lost',
  title: 'A container has lost the network that it shares with another one',
  needs: ['docker-containers', 'joined-namespaces'],
  detect(facts) {
    const all = lost(facts)
    if (all.length === 0) return absent('every container that shares another’s network is in that one’s namespace')
    const words = all.map(({ words }) => words).join(' ')
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: all.map(({ evidence }) => evidence),
    })
  },
  explains: (symptom, facts) =>
    (symptom.kind === 'apart' && apart(facts).some(({ name }) => name === symptom.name)) ||
    (symptom.kind === 'container' && refused(facts).some(({ name }) => name === symptom.name)),
  remedies: {
    'restart-joined': {
      title: 'Restart the container that shares the network',
      when: (facts) => others(facts, 'stopped', 'gone').length === 0,
      steps: (facts) => [restartLost(facts)],
      cost: 'that container restarts',
    },
    'start-other': {
      title: 'Start the container whose network is shared, then restart the one that shares it',
      when: (facts) => others(facts, 'stopped').length > 0 && others(facts, 'gone').length === 0,
      steps: (facts) => [`docker start ${others(facts, 'stopped').join(' ')}`, restartLost(facts)],
      cost: 'that container restarts',
    },
  },
  temptations: {
    'restart-other': {
      title: 'Restart the container whose network is shared',
      when: (facts) => others(facts, 'running').length > 0,
      steps: (facts) => [`docker restart -t 2 ${others(facts, 'running').join(' ')}`],
      cost: 'that container restarts',
      why: 'It gets one more new namespace, and the other container does not follow.',
    },
    'restart-containers': {
      title: 'Restart all containers',
      when: (facts) => apart(facts).length > 0,
      // One whose network is gone does not start again.
      steps: () => [`${restartContainers} || true`],
      cost: 'containers restarted',
      why: 'They restart in the order of docker ps, the newest first: the one whose network is shared comes after those that share it.',
    },
    'connect-network': {
      title: 'Connect the container to a network',
      steps: (facts) => lost(facts).map(({ name }) => `docker network connect bridge ${name} || true`),
      cost: 'none',
      why: 'dockerd refuses that for a container that shares another’s network.',
    },
    'accept-forward': acceptingForward({ why: 'No packet of that container reaches the host.' }),
  },
})

/** A container that has lost its network. */
interface Lost {
  name: string
  other: ReturnType<typeof otherOf>
  words: string
  evidence: Evidence
}

/** Those that run, in a namespace that was left. */
const apart = (facts: Facts): Lost[] =>
  apartFromOther(facts).map(({ name, id, other }) => {
    const why = { running: 'was started again', stopped: 'was stopped', gone: 'was removed' }[other.isThere]
    const words = `The container ${name} shares the network of ${other.name}, and ${other.name} ${why} after it. Each start makes a new network namespace: ${name} is left in the old one, which has nothing but its own loopback.`
    const line = `NetworkMode container:${id}, but /proc/PID/ns/net is not that one’s`
    return { name, other, words, evidence: { from: `docker inspect ${name}`, line } }
  })

/** Those that did not start. */
const refused = (facts: Facts): Lost[] =>
  refusedToJoin(facts).map(({ name, other: id, error }) => {
    const other = otherOf(facts.docker, { other: id })
    const words = `The container ${name} shares the network of ${other.name}, which did not run when ${name} was to start. dockerd does not try again.`
    return { name, other, words, evidence: { from: `docker inspect ${name}`, line: error } }
  })

const lost = (facts: Facts): Lost[] => [...apart(facts), ...refused(facts)]

const restartLost = (facts: Facts): string =>
  `docker restart ${lost(facts)
    .map(({ name }) => name)
    .join(' ')}`

const others = (facts: Facts, ...states: Lost['other']['isThere'][]): string[] => [
  ...new Set(
    lost(facts)
      .filter(({ other }) => states.includes(other.isThere))
      .map(({ other }) => other.name),
  ),
]
