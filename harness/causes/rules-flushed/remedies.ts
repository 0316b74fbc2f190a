import type { Remedy, Temptation } from '../../cause/cause.ts'
import { lostTables } from '../../cause/docker-rules.ts'
import { restartDocker } from '../../cause/steps.ts'
import { probeContainers, probeImage } from '../../probes/probe-containers.ts'
import { byIptablesService } from './culprits.ts'

// Without After= both restart at the same time, and it is a matter of luck which one writes its rules last.
const dropIn = (tie: 'PartOf' | 'Requires'): string => `mkdir -p /etc/systemd/system/docker.service.d
printf '[Unit]\\n${tie}=iptables.service\\nAfter=iptables.service\\n' >/etc/systemd/system/docker.service.d/iptables.conf
systemctl daemon-reload`

const container = probeContainers.default.name
const serve = (port: number): string =>
  `sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p ${port} -h /www'`
const run = (name: string, options: string, command: string): string =>
  `docker run -d --init --restart always --name ${name} ${options} ${probeImage} ${command}`

export const remedies: Readonly<Record<string, Remedy>> = {
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'containers restarted; the next restart of the firewall breaks it again',
    restartsDocker: true,
  },
  'partof-drop-in': {
    title: 'Restart docker with iptables.service, by a drop-in with PartOf=',
    steps: () => [dropIn('PartOf'), restartDocker],
    cost:
      'each restart of the firewall restarts docker, and the fourth within a minute hits docker’s start limit; it does ' +
      'not help after a reload, an iptables-restore by hand, or a stop followed by a start',
    when: byIptablesService,
    restartsDocker: true,
  },
  'requires-drop-in': {
    title: 'Make docker require iptables.service, by a drop-in with Requires=',
    steps: () => [dropIn('Requires'), restartDocker],
    cost: 'as with PartOf=; also, docker does not run while iptables.service fails',
    when: byIptablesService,
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'restart-container': {
    title: 'Restart the container',
    steps: () => [`docker restart ${container}`],
    cost: 'the container stays down',
    why:
      'A container that publishes a port needs a rule in a chain that is gone. It stops, cannot start again and stays ' +
      'Exited. What docker-proxy still answered is lost too.',
  },
  'only-masquerade': {
    title: 'Add the MASQUERADE rule again',
    steps: () => [
      'rule="POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE"; iptables -t nat -C $rule || iptables -t nat -A $rule',
    ],
    cost: 'a rule that nobody owns',
    when: (facts) => lostTables(facts).includes('filter'),
    why: 'Containers’ packets do not get as far as POSTROUTING: the FORWARD chain stops them.',
  },
  'host-network': {
    title: 'Run the container on the host’s network',
    steps: () => [`docker rm -f ${container}`, run(container, '--network host', serve(probeContainers.default.port))],
    cost: 'no isolation from the host; the host’s INPUT rules decide who reaches the container’s port',
    why: 'It helps one container. The others, new networks and new ports stay broken.',
  },
  'save-with-docker-rules': {
    title: 'Save the rules with Docker’s among them, then deploy as usual',
    steps: () => [
      restartDocker,
      'iptables-save >/etc/iptables/rules.v4',
      // A deployment replaces the container, and another one has taken its address by the time it is back.
      `docker rm -f probe-batch 2>/dev/null; docker rm -f ${container}`,
      run('probe-batch', '', 'sleep 2147483647'),
      run(container, `-p ${probeContainers.default.port}:80`, serve(80)),
      'systemctl restart iptables.service',
    ],
    cost: 'each start of the firewall restores rules of containers that are gone',
    why:
      'The file keeps the addresses of the day it was saved. Published ports then lead to containers that are gone, or ' +
      'to another container that has the address now.',
  },
}
