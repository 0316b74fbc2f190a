import type { Remedy, Temptation } from '../../cause/cause.ts'
import { leavesOrphan } from '../../cause/restart.ts'
import { dropStore, restartDocker, useOwnBridge } from '../../cause/steps.ts'
import type { Facts } from '../../evidence/facts.ts'
import { currentBackend } from '../../simulate/intent.ts'

const switchTo = (backend: 'nft' | 'legacy'): Temptation => ({
  title: `Switch to iptables-${backend}`,
  steps: () => [
    `update-alternatives --set iptables /usr/sbin/iptables-${backend}`,
    `update-alternatives --set ip6tables /usr/sbin/ip6tables-${backend}`,
    restartDocker,
  ],
  cost: 'docker restarted; rules of the other backend stay behind in the kernel',
  why: 'Both backends use modules of the same kernel tree, and that tree is gone.',
})

/** Whether `iptables` is the legacy one and the newest kernel no longer has its tables: a reboot ends in another fault. */
const losesLegacyTables = (facts: Facts): boolean =>
  currentBackend(facts) === 'legacy' &&
  facts.modules.some(({ name, state }) => name === 'ip_tables' && state !== 'builtin') &&
  facts.trees.at(-1)?.modules.includes('ip_tables') === false

export const remedies: Readonly<Record<string, Remedy>> = {
  reboot: {
    title: 'Reboot into the newest installed kernel',
    steps: () => [],
    reboots: true,
    cost: 'a reboot',
    when: (facts) => !leavesOrphan(facts) && !losesLegacyTables(facts),
  },
  'reboot-with-another-default-bridge': {
    title: 'Give Docker another default bridge, and reboot',
    steps: () => useOwnBridge,
    reboots: true,
    cost: 'a reboot; the default bridge is docker1, 172.29.0.0/16, from now on',
    // A failed start left a record that holds docker0, and no reboot removes it.
    when: (facts) => leavesOrphan(facts) && !losesLegacyTables(facts),
  },
  'reinstall-running-kernel': {
    title: 'Install the running kernel’s package again',
    steps: () => [
      'DEBIAN_FRONTEND=noninteractive apt-get install -y --reinstall "linux-image-$(uname -r)" $(apt-cache pkgnames "linux-modules-$(uname -r)")',
      'depmod -a',
      restartDocker,
    ],
    cost: 'docker restarted; the package has to be available still; you still have to reboot later',
    restartsDocker: true,
    removes: 'modules',
    when: (facts) => !leavesOrphan(facts),
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'reboot-without-network-store': {
    title: 'Move Docker’s network store aside, and reboot',
    steps: () => dropStore,
    reboots: true,
    cost: 'a reboot; Docker forgets all user networks: you have to create them and their containers again',
    when: leavesOrphan,
    why: 'Docker starts, but all user networks are gone.',
  },
  'switch-to-iptables-legacy': { ...switchTo('legacy'), when: ({ iptables }) => !iptables.version.includes('legacy') },
  'switch-to-iptables-nft': { ...switchTo('nft'), when: ({ iptables }) => iptables.version.includes('legacy') },
  'restart-docker-and-containerd': {
    title: 'Restart containerd and docker',
    steps: () => ['systemctl restart containerd.service', restartDocker],
    cost: 'containers restarted',
    why: 'dockerd asks the same kernel for the same missing modules.',
  },
  'modprobe-ip-tables': {
    title: 'modprobe ip_tables',
    steps: () => ['modprobe ip_tables', restartDocker],
    cost: 'docker restarted',
    why: 'It loads none of the missing modules. Even if it exits with 0, that says nothing about NAT.',
  },
  depmod: {
    title: 'depmod -a',
    steps: () => ['depmod -a', restartDocker],
    cost: 'docker restarted',
    why: 'It indexes the module files that are there, and brings none back.',
  },
}
