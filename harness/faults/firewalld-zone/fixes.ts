import type { Fix } from '../fault.ts'
import { restartDocker } from '../remedies.ts'

const putInto = (zone: string): string[] => [
  `firewall-cmd --zone=${zone} --change-interface=docker0`,
  `firewall-cmd --permanent --zone=${zone} --change-interface=docker0`,
]

/** What lets the bridge through firewalld again, and what people try first. */
export const fixes: Readonly<Record<string, Fix>> = {
  'bridge-in-zone': {
    title: 'Put the bridge into zone docker, now and for good',
    steps: putInto('docker'),
    cost: 'nothing',
  },
  'trusted-zone': {
    title: 'Put the bridge into zone trusted, now and for good',
    steps: putInto('trusted'),
    cost: 'nothing today',
    fails: 'dockerd asks for zone docker when it starts, and does not start while another zone holds its bridge.',
  },
  'restart-docker': {
    title: 'Restart docker',
    steps: [restartDocker],
    cost: 'containers restarted',
  },
  'reload-firewalld': {
    title: 'Reload firewalld',
    steps: ['firewall-cmd --reload'],
    cost: 'nothing',
    fails:
      'A dockerd that hears of it asks for its zones again. One that started before firewalld does not hear, and with Docker 20.10 isolation is open afterwards.',
  },
  'stop-firewalld-then-restart-docker': {
    title: 'Stop firewalld, then restart docker',
    steps: ['systemctl disable --now firewalld.service', restartDocker],
    cost: 'the host has no firewall any more',
    fails: 'The containers reach the outside, and the outside reaches every port of the host that listens.',
  },
  'stop-firewalld': {
    title: 'Stop firewalld, and leave docker running',
    steps: ['systemctl disable --now firewalld.service'],
    cost: 'the host has no firewall any more',
    fails:
      'Every port of the host is open, and firewalld 1.3 takes Docker’s rules along as it stops. Those that were gone before stay gone.',
  },
  'accept-in-docker-user': {
    title: 'Accept the bridge in DOCKER-USER',
    steps: ['iptables -C DOCKER-USER -i docker0 -j ACCEPT 2>/dev/null || iptables -I DOCKER-USER -i docker0 -j ACCEPT'],
    cost: 'containers of the default bridge may reach other networks',
    fails: 'An ACCEPT ends its own chain of hooks alone: firewalld’s table is asked after it, and rejects.',
  },
  'forward-accept': {
    title: 'iptables -P FORWARD ACCEPT',
    steps: ['iptables -P FORWARD ACCEPT'],
    cost: 'the host forwards for anyone',
    fails: 'The policy of one base chain is no verdict of another: firewalld’s rejects.',
  },
  'host-network': {
    title: 'Run the container in the host’s network',
    steps: [
      'docker rm -f probe-default >/dev/null',
      `docker run -d --init --restart always --name probe-default --network host dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 8080 -h /www'`,
    ],
    cost: 'no isolation, no published ports, one container for each port',
    fails: 'Only what left the bridge works, and its port is the host’s now: closed to the outside, as the host’s are.',
  },
}
