import type { Remedy, Temptation } from '../../cause/cause.ts'
import { daemonSetting, restartDocker } from '../../cause/steps.ts'

// The package's own build, put back where another one stands in its place; elsewhere the package is upgraded.
const soundBuild = `program=/usr/sbin/xtables-nft-multi
if dpkg-divert --list "$program" | grep -q .; then
  rm -f "$program" && dpkg-divert --quiet --local --rename --remove "$program"
else
  apt-get install -y --only-upgrade iptables
fi`

/** What cures a host whose iptables takes every interface for the same. */
export const remedies: Readonly<Record<string, Remedy>> = {
  'upgrade-iptables-and-restart-docker': {
    title: 'Install a sound iptables (1.8.12, or a package with 40406dbfaefb) and restart docker',
    steps: () => [soundBuild, restartDocker],
    cost: 'containers restarted',
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'upgrade-iptables': {
    title: 'Install a sound iptables, and leave docker running',
    steps: () => [soundBuild],
    cost: 'nothing',
    why: 'dockerd adds its rules when it starts: networks made from now on are whole, the others stay as they are.',
  },
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'containers restarted',
    why: 'A new dockerd asks the same iptables whether its rules are there, and is told again that they are.',
  },
  'userland-proxy': {
    title: 'Turn userland-proxy on',
    steps: () => [daemonSetting('userland-proxy', 'true'), restartDocker],
    cost: 'a process for each published port; containers restarted',
    why: 'docker-proxy answers on the host’s own addresses without any rule; every rule that was missing still is.',
  },
  'forward-accept': {
    title: 'iptables -P FORWARD ACCEPT',
    steps: () => ['iptables -P FORWARD ACCEPT'],
    cost: 'whatever no rule speaks of is forwarded: other networks reach the containers',
    why: 'It lets through what no rule forbids, and the rules that keep networks apart are among the missing.',
  },
}
