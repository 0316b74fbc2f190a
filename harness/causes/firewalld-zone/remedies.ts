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

/** The bridges to repair: those that firewalld cuts off, and those in another zone. */
const bridges = (facts: Facts): string[] => [
  ...new Set([...cutOff(facts).map(({ network }) => network.bridge), ...bridgesElsewhere(facts)]),
]

/** dockerd checks for firewalld only when it starts. */
const startedBeforeFirewalld = ({ units }: Facts): boolean =>
  (units['docker.service']?.activeSinceUs ?? 0) < (units['firewalld.service']?.activeSinceUs ?? 0)

export const remedies: Readonly<Record<string, Remedy>> = {
  'bridge-in-zone': {
    title: 'Put the bridge into zone docker, now and permanently',
    steps: (facts) => bridges(facts).flatMap((bridge) => putInto('docker', bridge)),
    cost: 'nothing',
    // A dockerd that started before firewalld has no bridge in any zone: a restart repairs all of them.
    when: (facts) =>
      (bridgesElsewhere(facts).length > 0 || !startedBeforeFirewalld(facts)) && lostTables(facts).length === 0,
  },
  // Without Docker's own rules only firewalld isolates the networks, so dockerd has to restore its rules too.
  'bridge-in-zone-and-restart-docker': {
    title: 'Put the bridge into zone docker, now and permanently, and restart docker',
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
    title: 'Put the bridge into zone trusted, now and permanently',
    steps: (facts) => bridges(facts).flatMap((bridge) => putInto('trusted', bridge)),
    cost: 'nothing until dockerd restarts',
    why: 'It works until dockerd starts next. dockerd asks for zone docker, and does not start while another zone holds its bridge.',
  },
  'reload-firewalld': {
    title: 'Reload firewalld',
    steps: () => ['firewall-cmd --reload'],
    cost: 'nothing',
    when: (facts) => startedBeforeFirewalld(facts) || compareVersions(facts.docker.server || '0', '23') < 0,
    why: 'A dockerd that started before firewalld does not notice the reload. If Docker 20.10 started later, it does notice, but leaves its networks open to each other.',
  },
  'stop-firewalld-then-restart-docker': {
    title: 'Stop firewalld, then restart docker',
    steps: () => ['systemctl disable --now firewalld.service', restartDocker],
    cost: 'the host has no firewall',
    why: 'Containers reach the outside again, but the outside also reaches every port on which the host listens.',
  },
  'stop-firewalld': {
    title: 'Stop firewalld, and leave docker running',
    steps: () => ['systemctl disable --now firewalld.service'],
    cost: 'the host has no firewall',
    why: 'It opens every port of the host. firewalld 1.3 also removes Docker’s rules when it stops, and rules that were already gone stay gone.',
  },
  'accept-in-docker-user': {
    title: 'Accept the bridge in DOCKER-USER',
    steps: () => [
      'iptables -C DOCKER-USER -i docker0 -j ACCEPT 2>/dev/null || iptables -I DOCKER-USER -i docker0 -j ACCEPT',
    ],
    cost: 'containers of the default bridge can reach other networks',
    why: 'An ACCEPT only ends its own base chain. firewalld’s table sees the packet next, and rejects it.',
  },
  'forward-accept': {
    title: 'iptables -P FORWARD ACCEPT',
    steps: () => ['iptables -P FORWARD ACCEPT'],
    cost: 'the host forwards for anyone',
    why: 'The policy of one base chain does not bind the others: firewalld’s chain still rejects.',
  },
  'host-network': {
    title: 'Run the container on the host’s network',
    steps: () => [
      'docker rm -f probe-default >/dev/null',
      `docker run -d --init --restart always --name probe-default --network host dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 8080 -h /www'`,
    ],
    cost: 'no isolation, no published ports, one container for each port',
    why: 'It helps only the container that left the bridge. Its port is now a port of the host, and firewalld closes those to the outside.',
  },
}
