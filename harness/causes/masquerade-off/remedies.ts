import type { Remedy, Temptation } from '../../cause/cause.ts'
import { daemonSetting, masqueradeByHand, removeSetting, restartDocker, stopContainers } from '../../cause/steps.ts'
import { compareVersions } from '../../lib/text.ts'

export const remedies: Readonly<Record<string, Remedy>> = {
  'remove-setting': {
    title: 'Remove the setting, stop the containers, restart docker',
    steps: ({ docker }) => [...removeSetting('ip-masq', docker.configFile || undefined), stopContainers, restartDocker],
    cost: 'containers stopped; those without a restart policy have to be started by hand',
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'return-route': {
    title: 'Teach the router a way back to the containers',
    steps: () => ['ip -n outside route replace 172.17.0.0/16 via 192.0.2.2'],
    cost: 'a router that is yours, and container addresses seen by others',
    when: ({ docker }) => docker.server !== '' && compareVersions(docker.server, '28') >= 0,
    why: 'From Docker 28 on, the raw table drops what comes to a container’s address from outside: replies as well.',
  },
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'containers restarted',
    why: 'A new dockerd reads the same setting.',
  },
  'ip-forward-1': {
    title: 'sysctl net.ipv4.ip_forward=1',
    steps: () => ['sysctl -w net.ipv4.ip_forward=1'],
    cost: 'nothing',
    why: 'Packets are forwarded already; they leave with an address that nobody outside can answer.',
  },
  dns: {
    title: 'Give docker and the host a name server that surely answers',
    steps: () => [
      'echo nameserver 203.0.113.10 >/etc/resolv.conf',
      daemonSetting('dns', '["203.0.113.10"]'),
      restartDocker,
    ],
    cost: 'containers restarted',
    why: 'Names fail because no packet comes back, and a name server’s answer is one of them.',
  },
  'hand-made-masquerade': {
    title: 'Add the MASQUERADE rule by hand',
    steps: () => [masqueradeByHand],
    cost: 'a rule that nobody owns',
    why: 'The setting still stands: the rule goes with the next reboot or flush, and the fault is back.',
  },
  'correct-setting-live-restore': {
    title: 'Remove the setting and restart docker, containers running',
    steps: () => [...removeSetting('ip-masq'), restartDocker],
    cost: 'nothing, and that is why it is tried',
    when: ({ docker }) => docker.config['live-restore'] === true || docker.command.includes('--live-restore'),
    why: 'With live-restore and a container running, dockerd keeps the bridge network it had: “there are running containers, updated network configuration will not take affect”.',
  },
}
