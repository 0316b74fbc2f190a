import { absent, defineCause, present } from '../../cause/cause.ts'
import { networksWithoutRules, otherDockerds, portsWithoutRule } from '../../cause/docker-rules.ts'
import { restartDocker } from '../../cause/steps.ts'
import type { Symptom } from '../../cause/symptom.ts'
import { acceptingForward, restartingContainers } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'

/**
 * Two dockerd share one network namespace. Each empties Docker's chains when it starts, so the other's networks and
 * published ports lose their rules. Source: moby, libnetwork/drivers/bridge, setupIPChains.
 */
export const secondDaemon = defineCause({
  id: 'second-daemon',
  title: 'A second dockerd has emptied Docker’s chains',
  needs: ['docker-install', 'docker-networks', 'rules-nft', 'rules-legacy', 'units'],
  detect(facts) {
    const others = otherDockerds(facts)
    if (others.length === 0) return absent('no other dockerd runs on this host')
    const bridges = networksWithoutRules(facts)
    const ports = portsWithoutRule(facts)
    if (bridges.length + ports.length === 0)
      return absent('another dockerd runs, and all rules of this one are in place')
    const lost = [
      ...(bridges.length > 0 ? [`its networks ${bridges.map(({ name }) => name).join(', ')}`] : []),
      ...(ports.length > 0 ? [`its published ports ${ports.join(', ')}`] : []),
    ].join(' and ')
    const words = `Another dockerd runs on this host (${others.map(({ pid }) => `process ${pid}`).join(', ')}). Each dockerd empties Docker’s chains when it starts: the one that answers has lost the rules of ${lost}.`
    return present({
      confidence: 'likely',
      active: words,
      latent: words,
      evidence: [
        ...others.map(({ pid, command }) => ({ from: `process ${pid}`, line: command.join(' ') })),
        ...bridges.map(({ bridge }) => ({
          from: 'iptables-save -t filter',
          line: `no chain of Docker’s names ${bridge}`,
        })),
        ...ports.map((port) => ({ from: 'iptables -t nat -S DOCKER', line: `no rule for ${port}` })),
      ],
    })
  },
  explains: lacksRules,
  remedies: {
    'stop-other': {
      title: 'Stop the other dockerd for good, and restart docker, which writes its rules again',
      steps: (facts) => [
        ...otherDockerds(facts).map(
          ({ pid }) =>
            `unit=$(ps -o unit= -p ${pid}); case $unit in *.service) systemctl disable -q "$unit" 2>/dev/null; systemctl stop "$unit";; *) kill ${pid};; esac`,
        ),
        restartDocker,
      ],
      cost: 'the containers of the other dockerd stop; the others restart',
      restartsDocker: true,
    },
  },
  temptations: {
    'restart-containers': restartingContainers({
      why: 'That writes rules for their ports, and none for their networks.',
    }),
    'accept-forward': acceptingForward({ why: 'Networks are then open to each other.' }),
  },
})

/** What a flow lacks where it ends: the rules of its network, or of its port. */
function lacksRules(symptom: Symptom, facts: Facts): boolean {
  if (symptom.kind !== 'flow') return false
  const { flow, drop } = symptom
  const bare = networksWithoutRules(facts)
  // Nothing keeps networks apart any more.
  if (!drop) return bare.length > 0
  if (bare.some(({ bridge }) => bridge === flow.bridge) && drop.rule?.base === 'FORWARD') return true
  return flow.kind === 'published' && portsWithoutRule(facts).includes(`${flow.port}/${flow.protocol}`)
}
