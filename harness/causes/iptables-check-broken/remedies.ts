import type { Remedy, Temptation } from '../../cause/cause.ts'
import { daemonSetting, restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'

// Puts the package's own build back if another one replaced it; else upgrades the package.
const soundBuild = `program=/usr/sbin/xtables-nft-multi
if dpkg-divert --list "$program" | grep -q .; then
  rm -f "$program" && dpkg-divert --quiet --local --rename --remove "$program"
else
  apt-get install -y --only-upgrade iptables
fi`

export const remedies: Readonly<Record<string, Remedy>> = {
  'upgrade-iptables-and-restart-docker': {
    title: 'Install a sound iptables (1.8.12, or a package with 40406dbfaefb) and restart docker',
    steps: () => [soundBuild, restartDocker],
    cost: 'containers restarted',
    restartsDocker: true,
    removes: 'iptables',
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'upgrade-iptables': {
    title: 'Install a sound iptables, and leave docker running',
    steps: () => [soundBuild],
    cost: 'nothing',
    why: 'dockerd restores missing rules only when it starts. New networks are complete, but existing ones stay as they are.',
  },
  'restart-docker': restarting({
    why: 'dockerd checks its rules with the same iptables, which again reports them as present.',
  }),
  'userland-proxy': {
    title: 'Turn userland-proxy on',
    steps: () => [daemonSetting('userland-proxy', 'true'), restartDocker],
    cost: 'a process for each published port; containers restarted',
    why: 'docker-proxy answers on the host’s own addresses without any rule. The missing rules stay missing.',
  },
  'forward-accept': {
    title: 'iptables -P FORWARD ACCEPT',
    steps: () => ['iptables -P FORWARD ACCEPT'],
    cost: 'the host forwards whatever no rule forbids: other networks reach the containers',
    why: 'Whatever no rule forbids then passes, and the rules that isolate networks are among the missing ones.',
  },
}
