import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { switchEvidence, switchesInWords, switchesOf, turnOn } from '../../cause/kernel-switch.ts'
import { daemonSetting, restartContainers, restartDocker } from '../../cause/steps.ts'
import { restartingContainers } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type Drop, type Flow, simulate } from '../../simulate/index.ts'

/** Without Docker's proxy the kernel has to send packets of 127.0.0.1 to containers, and one setting forbids that. */
export const proxyOffLoopback = defineCause({
  id: 'proxy-off-loopback',
  title: 'Docker’s proxy is off, and the kernel sends no packet of 127.0.0.1 to containers',
  needs: ['docker-config', 'sysctls', 'boot-files'],
  byFlows: true,
  detect(facts) {
    const settings = settingsOff(facts)
    if (settings.length === 0) return absent('published ports answer at 127.0.0.1')
    const proxy = simulate(facts).intent.settings['userland-proxy'] ?? ''
    const words = `Published ports do not answer at 127.0.0.1: Docker’s proxy is off (${proxy}), and ${switchesInWords(settings)}. From elsewhere they answer.`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [{ from: 'dockerd’s configuration', line: proxy }, ...switchEvidence(settings)],
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => isKept(drop, flow, facts)),
  remedies: {
    'route-localnet': {
      title: 'Let the kernel route addresses of loopback on Docker’s bridges',
      steps: (facts) => turnOn(settingsOff(facts), '/etc/sysctl.d/zz-docker-loopback.conf', facts),
      cost: 'containers reach what listens on the host’s loopback alone, if they send to 127.0.0.1 by way of the bridge',
    },
    'proxy-on': {
      title: 'Turn Docker’s proxy on, and restart docker',
      when: (facts) => facts.docker.config['userland-proxy'] === false,
      restartsDocker: true,
      steps: (facts) => [
        daemonSetting('userland-proxy', 'true'),
        restartDocker,
        // A container that outlives dockerd keeps its ports as they are.
        ...(facts.docker.config['live-restore'] === true ? [restartContainers] : []),
      ],
      cost: 'docker and its containers restarted; a process for each published port',
    },
  },
  temptations: {
    'restart-containers': restartingContainers({
      why: 'The setting belongs to the bridge, and starting a container does not change it.',
    }),
    'masquerade-loopback': {
      title: 'Masquerade packets of 127.0.0.1',
      steps: () => ['iptables -t nat -A POSTROUTING -s 127.0.0.0/8 ! -o lo -j MASQUERADE'],
      cost: 'a rule that nothing removes',
      why: 'The kernel discards the packets as it routes them, before they get to POSTROUTING.',
    },
  },
})

/** Whether a flow by loopback ends because its source may not leave by the bridge. */
const isKept = ({ setting, rule }: Drop, { kind }: Flow, facts: Facts): boolean =>
  kind === 'published' &&
  !rule &&
  !simulate(facts).intent.proxies &&
  setting?.name.split('.').at(-1) === 'route_localnet'

const settingsOff = oncePer((facts: Facts) =>
  switchesOf(
    droppedFlows(facts, (drop, flow) => isKept(drop, flow, facts)),
    facts,
  ),
)
