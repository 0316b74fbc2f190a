import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { switchEvidence, switchesInWords, switchesOf, turnOn } from '../../cause/kernel-switch.ts'
import { acceptingForward, restarting, restartingContainers } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'

/** The kernel does not forward packets between devices, so nothing gets into a container or out of it. */
export const forwardingOff = defineCause({
  id: 'forwarding-off',
  title: 'The host does not forward packets',
  needs: ['sysctls', 'boot-files'],
  byFlows: true,
  detect(facts) {
    const settings = settingsOff(facts)
    if (settings.length === 0) return absent('the host forwards packets between the devices that containers need')
    const words = `${switchesInWords(settings)}, so the host does not pass on packets between containers and the outside.`
    return present({ confidence: 'certain', active: words, latent: words, evidence: switchEvidence(settings) })
  },
  explains: (symptom) => isDropped(symptom, isForwarding),
  remedies: {
    'turn-on': {
      title: 'Turn forwarding on, and remove the lines that turn it off at boot',
      steps: (facts) => turnOn(settingsOff(facts), '/etc/sysctl.d/zz-docker-forwarding.conf', facts),
      cost: 'none',
    },
  },
  temptations: {
    'accept-forward': acceptingForward({
      why: 'The kernel discards the packets before they meet a rule of FORWARD.',
    }),
    'restart-containers': restartingContainers({
      why: 'The setting is the host’s, and starting a container does not change it.',
    }),
    'restart-docker': restarting({
      // dockerd turns on the switches for all devices, where they are 0. Source: moby, libnetwork/drivers/bridge.
      when: (facts) => settingsOff(facts).every(({ name }) => !dockerds.includes(name)),
      why: 'dockerd reads net.ipv4.ip_forward, which is on, and leaves the switches of single devices alone.',
    }),
  },
})

const dockerds = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding']

const isForwarding = ({ end }: Drop): boolean => end === 'forwarding-off'

const settingsOff = oncePer((facts: Facts) => switchesOf(droppedFlows(facts, isForwarding), facts))
