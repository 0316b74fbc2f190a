import type { Remedy, Temptation } from '../../cause/cause.ts'
import { lostTables } from '../../cause/docker-rules.ts'
import { bridgesElsewhere } from '../../cause/restart.ts'
import { restartDocker } from '../../cause/steps.ts'
import type { Facts } from '../../evidence/facts.ts'
import { compareVersions } from '../../lib/text.ts'
import { cutOff } from './cut-off.ts'

const putInto = (zone: string, bridge: string): string[] => [
  `firewall-cmd --zone=${zone} --change-interface=${bridge}`,
  `firewall-cmd --permanent --zone=${zone} --change-interface=${bridge}`,
]

/** The bridges that firewalld keeps from Docker: those that it cuts off, and those in another zone. */
const bridges = (facts: Facts): string[] => [
  ...new Set([...cutOff(facts).map(({ network }) => network.bridge), ...bridgesElsewhere(facts)]),
]

/** dockerd looks for firewalld once, when it starts. */
const startedBeforeFirewalld = ({ units }: Facts): boolean =>
  (units['docker.service']?.activeSinceUs ?? 0) < (units['firewalld.service']?.activeSinceUs ?? 0)

/** What lets the bridges through firewalld again. */
export const remedies: Readonly<Record<string, Remedy>> = {
  'bridge-in-zone': {
    title: 'Put the bridge into zone docker, now and for good',
    steps: (facts) => bridges(facts).flatMap((bridge) => putInto('docker', bridge)),
    cost: 'nothing',
    // A dockerd that has not met firewalld asks for no zone: none of its bridges is in one, and a restart mends them all.
    when: (facts) =>
      (bridgesElsewhere(facts).length > 0 || !startedBeforeFirewalld(facts)) && lostTables(facts).length === 0,
  },
  // Where Docker's own rules are gone it is firewalld alone that keeps its networks apart.
  'bridge-in-zone-and-restart-docker': {
    title: 'Put the bridge into zone docker, now and for good, and restart docker',
    steps: (facts) => [...bridges(facts).flatMap((bridge) => putInto('docker', bridge)), restartDocker],
    cost: 'containers restarted',
    when: (facts) => bridgesElsewhere(facts).length > 0 && lostTables(facts).length > 0,
  },
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'containers restarted',
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'trusted-zone': {
    title: 'Put the bridge into zone trusted, now and for good',
    steps: (facts) => bridges(facts).flatMap((bridge) => putInto('trusted', bridge)),
    cost: 'nothing today',
    why: 'dockerd asks for zone docker when it starts, and does not start while another zone holds its bridge.',
  },
  'reload-firewalld': {
    title: 'Reload firewalld',
    steps: () => ['firewall-cmd --reload'],
    cost: 'nothing',
    when: (facts) => startedBeforeFirewalld(facts) || compareVersions(facts.docker.server || '0', '23') < 0,
    why: 'A dockerd that started before firewalld does not hear of it. Docker 20.10 does, and leaves its networks open to each other.',
  },
  'stop-firewalld-then-restart-docker': {
    title: 'Stop firewalld, then restart docker',
    steps: () => ['systemctl disable --now firewalld.service', restartDocker],
    cost: 'the host has no firewall any more',
    why: 'The containers reach the outside, and the outside reaches every port of the host that listens.',
  },
  'stop-firewalld': {
    title: 'Stop firewalld, and leave docker running',
    steps: () => ['systemctl disable --now firewalld.service'],
    cost: 'the host has no firewall any more',
    why: 'Every port of the host is open, and firewalld 1.3 takes Docker’s rules along as it stops. Those that were gone before stay gone.',
  },
  'accept-in-docker-user': {
    title: 'Accept the bridge in DOCKER-USER',
    steps: () => [
      'iptables -C DOCKER-USER -i docker0 -j ACCEPT 2>/dev/null || iptables -I DOCKER-USER -i docker0 -j ACCEPT',
    ],
    cost: 'containers of the default bridge may reach other networks',
    why: 'An ACCEPT ends its own chain of hooks alone: firewalld’s table is asked after it, and rejects.',
  },
  'forward-accept': {
    title: 'iptables -P FORWARD ACCEPT',
    steps: () => ['iptables -P FORWARD ACCEPT'],
    cost: 'the host forwards for anyone',
    why: 'The policy of one base chain is no verdict of another: firewalld’s rejects.',
  },
  'host-network': {
    title: 'Run the container in the host’s network',
    steps: () => [
      'docker rm -f probe-default >/dev/null',
      `docker run -d --init --restart always --name probe-default --network host dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 8080 -h /www'`,
    ],
    cost: 'no isolation, no published ports, one container for each port',
    why: 'Only what left the bridge works, and its port is the host’s now: closed to the outside, as the host’s are.',
  },
}
