import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { settingsOff } from '../../cause/settings.ts'
import { daemonSetting, removeSetting, restartDocker } from '../../cause/steps.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import { familyOf } from '../../lib/ip.ts'
import type { Drop, Flow } from '../../simulate/index.ts'
import { hasIp6tablesOn, readIntent } from '../../simulate/intent.ts'

/** dockerd makes no rules for IPv6, so containers with private IPv6 addresses get no answers from the outside. */
export const ip6tablesOff = defineCause({
  id: 'ip6tables-off',
  title: 'dockerd creates no rules for IPv6',
  needs: ['docker-config', 'docker-server', 'rules6-nft', 'routes6'],
  byFlows: true,
  detect(facts) {
    if (readIntent(facts).programsIp6tables) return absent('Docker creates its own rules for IPv6')
    const flows = droppedFlows(facts, leavesBare6)
    if (flows.length === 0) return absent('no Docker network needs rules for IPv6 to get answers')
    const off = settingsOff(facts, 'ip6tables')
    const networks = facts.docker.networks.filter(({ name }) => flows.some(({ flow }) => flow.network === name))
    const why = off[0]?.line ?? `Docker ${facts.docker.server} does so only with "ip6tables" and "experimental"`
    const words = `dockerd creates no rules for IPv6 (${why}), and no other rule masquerades ${networks.map(({ name, subnet6 }) => `${name} (${subnet6})`).join(', ')}. Packets leave with the container’s own private address, so no answer comes back. IPv4 is not affected.`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [
        ...(off.length > 0 ? off : [{ from: 'docker version', line: facts.docker.server }]),
        ...networks.map(({ subnet6 }) => ({
          from: 'ip6tables-save -t nat',
          line: `no rule masquerades ${subnet6}`,
        })),
      ],
    })
  },
  explains: (symptom) => isDropped(symptom, leavesBare6),
  remedies: {
    'turn-on': {
      title: 'Let Docker create its rules for IPv6, and restart it',
      steps: (facts) => [
        ...(hasIp6tablesOn(facts.docker)
          ? removeSetting('ip6tables')
          : [daemonSetting('experimental', 'true'), daemonSetting('ip6tables', 'true')]),
        restartDocker,
      ],
      cost: 'containers restarted',
    },
  },
  temptations: {
    'turn-forwarding-on': {
      title: 'Turn forwarding of IPv6 on',
      why: 'Forwarding is on: the packets leave, and their answers find no way back.',
      steps: () => ['sysctl -w net.ipv6.conf.all.forwarding=1'],
      cost: 'none',
    },
    'accept-forward': acceptingForward({ why: 'That policy is for IPv4, and nothing drops these packets.' }),
    'restart-docker': restarting({ why: 'dockerd reads the same settings again.' }),
  },
})

const leavesBare6 = ({ end }: Drop, { address }: Flow): boolean => end === 'unmasqueraded' && familyOf(address) === 6
