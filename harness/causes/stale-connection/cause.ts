import { absent, defineCause, present } from '../../cause/cause.ts'
import { type StaleConnection, staleConnections } from '../../cause/stale-connections.ts'
import { daemonSetting, restartContainers, restartDocker } from '../../cause/steps.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { groupBy } from '../../lib/group.ts'
import { compareVersions } from '../../lib/text.ts'

/** A client of a published UDP port goes on sending, and the kernel goes on sending it where the port led before. */
export const staleConnection = defineCause({
  id: 'stale-connection',
  title: 'The kernel sends a client’s UDP where a published port led before',
  needs: ['connections', 'docker-containers', 'rules-nft', 'rules-legacy'],
  detect(facts) {
    const stale = inUse(facts)
    if (stale.length === 0)
      return absent('no connection of UDP in conntrack’s list leads elsewhere than the rules for published ports')
    const words = byPort(facts).map(([{ port, container, answeredBy, holder, untranslated }]) => {
      const where = untranslated
        ? `to the host itself, where no program reads it`
        : `to ${answeredBy}, and ${holder ? `the container ${holder} has it` : 'no container has it'}`
      return `UDP to port ${port} of ${container} goes ${where}: the connection is older than the rule, and the kernel keeps it for as long as its client sends. Other clients are served.`
    })
    return present({
      confidence: 'certain',
      active: words.join(' '),
      latent: words.join(' '),
      evidence: stale.slice(0, 5).flatMap(({ line, container, address }) => [
        { from: 'conntrack -L', line },
        { from: `docker inspect ${container}`, line: address },
      ]),
    })
  },
  explains: (symptom, facts) => symptom.kind === 'stale' && inUse(facts).some(({ port }) => port === symptom.port),
  remedies: {
    'forget-connections': {
      title: 'Delete these connections from the kernel’s table',
      steps: (facts) => byPort(facts).map(([first]) => forget(first)),
      cost: 'none',
    },
    'restart-containers': {
      title: 'Restart the containers: dockerd then deletes the connections of their ports',
      when: (facts) => dockerdForgets(facts),
      steps: () => [restartContainers],
      cost: 'containers restarted',
    },
    'proxy-on': {
      title: 'Turn Docker’s proxy on, and restart docker: it serves such connections',
      when: (facts) =>
        facts.docker.config['userland-proxy'] === false && inUse(facts).every(({ untranslated }) => untranslated),
      restartsDocker: true,
      steps: () => [daemonSetting('userland-proxy', 'true'), restartDocker],
      cost: 'docker and its containers restarted; a process for each published port',
    },
  },
  temptations: {
    'restart-containers-again': {
      title: 'Restart the containers once more',
      when: (facts) => !dockerdForgets(facts),
      steps: () => [restartContainers],
      cost: 'containers restarted',
      why: 'While the container is down its client goes on sending, and that connection stays as it is.',
    },
    'restart-docker': restarting({
      when: (facts) => !dockerdForgets(facts),
      why: 'This dockerd deletes the connections of its containers’ own addresses only.',
    }),
    'accept-forward': acceptingForward({ why: 'The packets go to an address that serves nobody.' }),
  },
})

const inUse = (facts: Facts): StaleConnection[] => staleConnections(facts).filter((each) => each.inUse)

const byPort = (facts: Facts) =>
  groupBy(inUse(facts), ({ destination, port }) => `${destination} ${port}`) as [
    StaleConnection,
    ...StaleConnection[],
  ][]

// conntrack exits with 1 where there is nothing left to delete.
const forget = ({ destination, port }: StaleConnection): string =>
  `conntrack -D -p udp --orig-dst ${destination} --orig-port-dst ${port} >/dev/null || [ $? = 1 ]`

/**
 * Whether dockerd deletes the connections to a port when it publishes it: from 23.0 on (moby#44742). From 29.5 on only
 * those to a port of the same number in the container (moby#53384), so there it is not counted on.
 */
const dockerdForgets = ({ docker: { server } }: Facts): boolean =>
  compareVersions(server, '23') >= 0 && compareVersions(server, '29.5') < 0
