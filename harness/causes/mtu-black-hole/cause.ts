import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { doubtfulLarge, droppedFlows, isDropped } from '../../cause/drops.ts'
import { containersOn, createAgain } from '../../cause/networks.ts'
import { daemonJson, daemonSetting, restartDocker } from '../../cause/steps.ts'
import { restartingContainers } from '../../cause/temptations.ts'
import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { invocation } from '../../lib/invocation.ts'
import { compareVersions } from '../../lib/text.ts'
import type { Drop } from '../../simulate/index.ts'

/** Containers accept larger packets than the way to them takes, and no sender is notified. */
export const mtuBlackHole = defineCause({
  id: 'mtu-black-hole',
  title: 'Containers accept larger packets than the uplink takes, and the path loses them silently',
  needs: ['links', 'addresses', 'container-namespaces', 'rules-nft'],
  byFlows: true,
  detect(facts) {
    const [lost] = droppedFlows(facts, isTooLarge)
    if (!lost) {
      const doubtful = doubtfulLarge(facts)
      return doubtful
        ? unknown(`${doubtful.message}; ${invocation('diagnose', '--trace')} shows whether they arrive`)
        : absent('the uplink takes every packet that containers accept')
    }
    const { setting } = lost.drop
    const words = `The uplink takes packets of ${setting!.value} bytes and containers accept larger ones: large answers are lost, and nobody notifies their sender.`
    const evidence = [
      { from: 'ip link', line: `${facts.uplink} mtu ${setting!.value}` },
      ...facts.docker.networks.map(({ bridge }) => ({
        from: 'ip link',
        line: `${bridge} mtu ${mtuOf(bridge, facts)}`,
      })),
    ]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom) => isDropped(symptom, isTooLarge),
  remedies: {
    'clamp-mss': {
      title: 'Have the host lower the segment size that TCP connections agree on',
      steps: () => [clampUnit, 'systemctl daemon-reload && systemctl enable --now docker-clamp-mss.service'],
      cost: 'TCP alone: large UDP packets are still lost',
    },
    'small-networks': {
      title: 'Give every Docker network the size of the uplink, new ones too',
      steps: (facts) => [
        daemonSetting('mtu', uplinkMtu(facts)),
        ...(compareVersions(facts.docker.server, '24') >= 0
          ? [
              `grep -qs '"default-network-opts"' ${daemonJson} || { ${daemonSetting('default-network-opts', `{ "bridge": { "${mtuOption}": "${uplinkMtu(facts)}" } }`)}; }`,
            ]
          : []),
        restartDocker,
        ...userNetworks(facts).flatMap((network) => again(network, facts)),
      ],
      cost: 'containers restarted, and they lose aliases; with compose, set the option in its file too',
      restartsDocker: true,
    },
  },
  temptations: {
    'daemon-mtu-alone': {
      title: 'Set mtu in daemon.json and restart docker',
      steps: (facts) => [daemonSetting('mtu', uplinkMtu(facts)), restartDocker],
      cost: 'containers restarted',
      when: (facts) => userNetworks(facts).length > 0,
      why: 'It is for docker0 alone. Other networks keep their size, and new ones get 1500.',
    },
    'bridge-mtu': {
      title: 'Set the MTU of the bridges and of the host’s ends of containers’ links',
      steps: (facts) => [
        ...facts.docker.networks.map(({ bridge }) => `ip link set ${bridge} mtu ${uplinkMtu(facts)}`),
        ...facts.links
          .filter(({ kind, master }) => kind === 'veth' && master !== undefined)
          .map(({ name }) => `ip link set ${name} mtu ${uplinkMtu(facts)}`),
      ],
      cost: 'none',
      why: 'A container announces the size of its own end of the link, which stays as it was.',
    },
    'restart-containers': restartingContainers({
      why: 'dockerd sets the same size again.',
    }),
  },
})

const isTooLarge = ({ end }: Drop): boolean => end === 'too-large'
const mtuOption = 'com.docker.network.driver.mtu'
const mtuOf = (device: string, { links }: Facts): number => links.find(({ name }) => name === device)?.mtu ?? 0
const uplinkMtu = (facts: Facts): string => String(mtuOf(facts.uplink, facts))
const userNetworks = ({ docker }: Facts): NetworkFact[] => docker.networks.filter(({ name }) => name !== 'bridge')

const clampUnit = `cat >/etc/systemd/system/docker-clamp-mss.service <<'UNIT'
[Unit]
Description=Lower the segment size of forwarded TCP connections to what the path takes
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'rule="FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu"; iptables -t mangle -C $$rule 2>/dev/null || iptables -t mangle -A $$rule'
[Install]
WantedBy=multi-user.target
UNIT`

/** Creates a network again with the same addresses and a smaller MTU, and connects its containers as they were. */
function again(network: NetworkFact, facts: Facts): string[] {
  const { name, options } = network
  const users = containersOn(network, facts)
  return [
    [
      createAgain({ ...network, options: { ...options, [mtuOption]: uplinkMtu(facts) } }, users),
      ...users.map((user) => `docker network connect --ip ${user.addresses[name]} ${name} ${user.name}`),
    ].join(' && '),
  ]
}
