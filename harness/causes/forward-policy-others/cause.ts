import { absent, defineCause, present } from '../../cause/cause.ts'
import { type DroppedFlow, droppedFlows, isDropped } from '../../cause/drops.ts'
import { daemonSetting, restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { compareVersions } from '../../lib/text.ts'
import type { Drop, Flow } from '../../simulate/index.ts'
import { currentBackend } from '../../simulate/intent.ts'
import { ownerOfStep } from '../../simulate/owner.ts'

/** dockerd set the policy of FORWARD to DROP, and that stops the other guests of the host. */
export const forwardPolicyOthers = defineCause({
  id: 'forward-policy-others',
  title: 'Docker’s policy for FORWARD stops the host’s other guests',
  needs: ['links', 'rules-nft', 'rules-legacy'],
  byFlows: true,
  detect(facts) {
    const [first] = stoppedGuests(facts)
    if (!first) return absent('no guest of another bridge is stopped by the policy of FORWARD')
    const words = `dockerd has set the policy of FORWARD to DROP. Docker’s own rules accept its bridges, and nothing accepts ${bridgesOf(facts).join(', ')}, so virtual machines and other guests there have no network.`
    const { table, chain, rule } = first.drop.rule!
    const evidence = [
      { from: `iptables -S ${chain}`, line: `${rule} in ${table} ${chain}` },
      ...bridgesOf(facts).map((bridge) => ({
        from: 'ip link',
        line: `${bridge} has ports, and is no bridge of Docker’s`,
      })),
    ]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => isByPolicy(drop, flow, facts)),
  remedies: {
    'accept-bridge': {
      title: 'Accept the other bridge in DOCKER-USER',
      steps: (facts) =>
        bridgesOf(facts).flatMap((bridge) => [accept(`-i ${bridge}`), accept(`-o ${bridge} ${established}`)]),
      cost: 'the rules are gone after a reboot, unless something saves them',
    },
    'leave-policy': {
      title: 'Have dockerd leave the policy of FORWARD alone, and set it to ACCEPT',
      steps: () => [daemonSetting('ip-forward-no-drop', 'true'), restartDocker, 'iptables -P FORWARD ACCEPT'],
      cost: 'containers restarted; the host forwards for anyone',
      // Docker 28 is the first to know the setting, and to close containers' ports by rules of its own.
      when: ({ docker }) => compareVersions(docker.server || '0', '28') >= 0,
      restartsDocker: true,
    },
  },
  temptations: {
    'accept-in-own-table': {
      title: 'Accept the bridge in a table of its own',
      steps: (facts) => [
        `nft 'table inet guests { chain forward { type filter hook forward priority -10; policy accept; }; }'`,
        ...bridgesOf(facts).map((bridge) => `nft insert rule inet guests forward iifname ${bridge} accept`),
      ],
      cost: 'nothing',
      why: 'An accept ends only its own base chain. The policy of FORWARD drops the packet all the same.',
    },
    'restart-docker': restarting({
      why: 'dockerd does not take the policy back.',
    }),
    'iptables-off': {
      title: 'Have dockerd leave iptables alone',
      steps: () => [daemonSetting('iptables', 'false'), restartDocker],
      cost: 'containers lose their way out and their isolation at the next boot',
      why: 'The policy stays, and so do Docker’s rules, until a boot or a flush. After that containers have no network.',
    },
  },
})

const established = '-m conntrack --ctstate RELATED,ESTABLISHED'

const accept = (match: string): string =>
  `iptables -C DOCKER-USER ${match} -j ACCEPT 2>/dev/null || iptables -I DOCKER-USER ${match} -j ACCEPT`

const isByPolicy = ({ location, rule }: Drop, { kind }: Flow, facts: Facts): boolean =>
  kind === 'forwarded' &&
  location === 'forward' &&
  rule !== undefined &&
  rule.chain === 'FORWARD' &&
  rule.backend === currentBackend(facts) &&
  rule.rule.startsWith('policy ') &&
  ownerOfStep(rule, facts).who === 'Docker'

const stoppedGuests = oncePer((facts: Facts): DroppedFlow[] =>
  droppedFlows(facts, (drop, flow) => isByPolicy(drop, flow, facts)),
)

const bridgesOf = (facts: Facts): string[] => [...new Set(stoppedGuests(facts).map(({ flow }) => flow.bridge))].sort()
