import type { Remedy, Temptation } from '../../cause/cause.ts'
import { isTurnedOff, settingsOff } from '../../cause/settings.ts'
import { daemonSetting, masqueradeByHand, removeSetting, restartDocker, stopContainers } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { compareVersions } from '../../lib/text.ts'
import { isDefaultBridge } from '../../simulate/intent.ts'

/** Whether dockerd's own setting is wrong, not the option of a user's network alone. */
const isDaemons = (facts: Facts): boolean =>
  settingsOff(facts, 'ip-masq').length > 0 ||
  facts.docker.networks.some((network) => isDefaultBridge(network) && isTurnedOff(network))

export const remedies: Readonly<Record<string, Remedy>> = {
  'remove-setting': {
    title: 'Remove the setting, stop the containers, restart docker',
    steps: ({ docker }) => [...removeSetting('ip-masq', docker.configFile || undefined), stopContainers, restartDocker],
    cost: 'containers stop; you have to start those without a restart policy yourself',
    restartsDocker: true,
    when: isDaemons,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'return-route': {
    title: 'Give the router a route back to the containers',
    steps: () => ['ip -n outside route replace 172.17.0.0/16 via 192.0.2.2'],
    cost: 'you need control of the router, and others see container addresses',
    when: (facts) => isDaemons(facts) && facts.docker.server !== '' && compareVersions(facts.docker.server, '28') >= 0,
    why: 'From Docker 28 on, the raw table drops packets from outside to a container’s own address, replies included.',
  },
  'restart-docker': restarting({
    when: isDaemons,
    why: 'dockerd reads the same setting again.',
  }),
  'ip-forward-1': {
    title: 'sysctl net.ipv4.ip_forward=1',
    steps: () => ['sysctl -w net.ipv4.ip_forward=1'],
    cost: 'nothing',
    why: 'Packets are forwarded already. They leave with an address that nobody outside can answer.',
  },
  dns: {
    title: 'Give Docker and the host a name server that is known to answer',
    steps: () => [
      'echo nameserver 203.0.113.10 >/etc/resolv.conf',
      daemonSetting('dns', '["203.0.113.10"]'),
      restartDocker,
    ],
    cost: 'containers restarted',
    why: 'No packet comes back to the container, and that includes the answers of any name server.',
  },
  'hand-made-masquerade': {
    title: 'Add the MASQUERADE rule by hand',
    steps: () => [masqueradeByHand],
    cost: 'a rule that no program maintains',
    when: isDaemons,
    why: 'The setting is still wrong. The next reboot or flush removes the rule, and the fault is back.',
  },
  'correct-setting-live-restore': {
    title: 'Remove the setting and restart docker, containers running',
    steps: () => [...removeSetting('ip-masq'), restartDocker],
    cost: 'nothing',
    when: ({ docker }) => docker.config['live-restore'] === true || docker.command.includes('--live-restore'),
    why: 'With live-restore and a container running, dockerd keeps the old bridge network: “there are running containers, updated network configuration will not take affect”.',
  },
}
