import type { Remedy, Temptation } from '../../cause/cause.ts'
import { lostTables } from '../../cause/docker-rules.ts'
import { restartDocker } from '../../cause/steps.ts'
import type { Facts } from '../../evidence/facts.ts'
import { probeContainers, runContainer, serve } from '../../probes/probe-containers.ts'
import { flushingFile, unitToFollow } from './culprits.ts'

// Without After= both restart at the same time, and it is a matter of luck which one writes its rules last.
const dropIn = (tie: 'PartOf' | 'Requires', unit: string): string => `mkdir -p /etc/systemd/system/docker.service.d
printf '[Unit]\\n${tie}=${unit}\\nAfter=${unit}\\n' >/etc/systemd/system/docker.service.d/firewall.conf
systemctl daemon-reload`

// Makes a file of nftables replace its own tables only: `table` creates one that is missing, so that it can be deleted.
// Debian's nftables.service also flushes every table when it stops.
function ownTablesOnly(facts: Facts): string[] {
  const { file, tables } = flushingFile(facts)!
  const own = tables.map((table) => `table ${table}\\ndelete table ${table}`).join('\\n')
  return [
    `cp -n ${file} ${file}.before`,
    `sed -i 's/^[[:space:]]*flush ruleset.*/${own}/' ${file}`,
    `nft --check --file ${file}`,
    `mkdir -p /etc/systemd/system/nftables.service.d
cat >/etc/systemd/system/nftables.service.d/own-tables-only.conf <<'UNIT'
[Service]
ExecStop=
${tables.map((table) => `ExecStop=-/usr/sbin/nft delete table ${table}`).join('\n')}
UNIT
systemctl daemon-reload`,
  ]
}

const container = probeContainers.default.name

export const remedies: Readonly<Record<string, Remedy>> = {
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'containers restarted; the next restart of the firewall breaks it again',
    restartsDocker: true,
  },
  'own-tables-only': {
    title: 'Let nftables.service replace its own tables only, and restart docker',
    steps: (facts) => [...ownTablesOnly(facts), restartDocker],
    cost: 'containers restarted; rules that other programs left behind stay until they remove them',
    when: (facts) => flushingFile(facts) !== undefined,
    restartsDocker: true,
  },
  'partof-drop-in': {
    title: 'Restart docker with the firewall’s service, by a drop-in with PartOf=',
    steps: (facts) => [dropIn('PartOf', unitToFollow(facts)!), restartDocker],
    cost:
      'each restart of the firewall restarts docker, and the fourth within a minute hits docker’s start limit; it does ' +
      'not help after a reload, rules loaded by hand, or a stop followed by a start',
    when: (facts) => unitToFollow(facts) !== undefined,
    restartsDocker: true,
  },
  'requires-drop-in': {
    title: 'Make docker require the firewall’s service, by a drop-in with Requires=',
    steps: (facts) => [dropIn('Requires', unitToFollow(facts)!), restartDocker],
    cost: 'as with PartOf=; also, docker does not run while that service fails',
    when: (facts) => unitToFollow(facts) !== undefined,
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'reload-docker': {
    title: 'Reload docker',
    steps: () => ['systemctl reload docker.service'],
    cost: 'none',
    why: 'dockerd reads some of its settings again, and adds no rules.',
  },
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
    steps: () => [
      `docker rm -f ${container}`,
      runContainer(container, '--network host', serve('container', probeContainers.default.port)),
    ],
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
      runContainer('probe-batch', '', 'sleep 2147483647'),
      runContainer(container, `-p ${probeContainers.default.port}:80`),
      'systemctl restart iptables.service',
    ],
    cost: 'each start of the firewall restores rules of containers that are gone',
    why:
      'The file keeps the addresses of the day it was saved. Published ports then lead to containers that are gone, or ' +
      'to another container that has the address now.',
  },
}
