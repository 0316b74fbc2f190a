import type { Remedy, Temptation } from '../../cause/cause.ts'
import { lostTables } from '../../cause/docker-rules.ts'
import { restartDocker } from '../../cause/steps.ts'
import { probeContainers, probeImage } from '../../probes/probe-containers.ts'
import { byIptablesService } from './culprits.ts'

// Without After= both restart side by side, and who programs the firewall last is luck.
const dropIn = (tie: 'PartOf' | 'Requires'): string => `mkdir -p /etc/systemd/system/docker.service.d
printf '[Unit]\\n${tie}=iptables.service\\nAfter=iptables.service\\n' >/etc/systemd/system/docker.service.d/iptables.conf
systemctl daemon-reload`

const container = probeContainers.default.name
const serve = (port: number): string =>
  `sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p ${port} -h /www'`
const run = (name: string, options: string, command: string): string =>
  `docker run -d --init --restart always --name ${name} ${options} ${probeImage} ${command}`

/** What cures a host that lost Docker's rules, and what keeps them there. */
export const remedies: Readonly<Record<string, Remedy>> = {
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'containers restarted; the next restart of the firewall breaks it again',
    restartsDocker: true,
  },
  'partof-drop-in': {
    title: 'Tie docker to iptables.service by a drop-in: PartOf=',
    steps: () => [dropIn('PartOf'), restartDocker],
    cost:
      'each restart of the firewall restarts docker, the fourth within a minute meets its start limit; a reload, an ' +
      'iptables-restore by hand or a stop and a start of the firewall are not caught',
    when: byIptablesService,
    restartsDocker: true,
  },
  'requires-drop-in': {
    title: 'Tie docker to iptables.service by a drop-in: Requires=',
    steps: () => [dropIn('Requires'), restartDocker],
    cost: 'as PartOf=, and docker does not run at all while iptables.service fails; in the vendor’s unit file it is lost on upgrade',
    when: byIptablesService,
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'restart-container': {
    title: 'Restart the container',
    steps: () => [`docker restart ${container}`],
    cost: 'the container',
    why:
      'A container that publishes a port needs a rule in the chain that is gone: it stops, cannot start and stays ' +
      'Exited, and what still answered through docker-proxy is lost too.',
  },
  'only-masquerade': {
    title: 'Add the MASQUERADE rule again',
    steps: () => [
      'rule="POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE"; iptables -t nat -C $rule || iptables -t nat -A $rule',
    ],
    cost: 'a rule that nobody owns',
    when: (facts) => lostTables(facts).includes('filter'),
    why: 'No forwarded packet gets as far as POSTROUTING: the FORWARD chain lets none of Docker’s through.',
  },
  'host-network': {
    title: 'Move the container to the host’s network',
    steps: () => [`docker rm -f ${container}`, run(container, '--network host', serve(probeContainers.default.port))],
    cost: 'no isolation from the host; the container’s port is bound by the host’s own INPUT rules',
    why: 'It takes one container around the fault; the others, new networks and new ports stay broken.',
  },
  'save-with-docker-rules': {
    title: 'Save the rules with Docker’s among them, and deploy as usual',
    steps: () => [
      restartDocker,
      'iptables-save >/etc/iptables/rules.v4',
      // A deployment: the container is replaced, and another has its address by the time it comes back.
      `docker rm -f probe-batch 2>/dev/null; docker rm -f ${container}`,
      run('probe-batch', '', 'sleep 2147483647'),
      run(container, `-p ${probeContainers.default.port}:80`, serve(80)),
      'systemctl restart iptables.service',
    ],
    cost: 'rules of containers long gone, restored at each start of the firewall',
    why:
      'The file holds the addresses of the day it was saved: published ports lead to containers that are gone, or to ' +
      'another one that has the address now.',
  },
}
