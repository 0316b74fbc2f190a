import type { Remedy, Temptation } from '../../cause/cause.ts'
import { leavesOrphan } from '../../cause/restart.ts'
import { dropStore, restartDocker, useOwnBridge } from '../../cause/steps.ts'

const switchTo = (backend: 'nft' | 'legacy'): Temptation => ({
  title: `Switch to iptables-${backend}`,
  steps: () => [
    `update-alternatives --set iptables /usr/sbin/iptables-${backend}`,
    `update-alternatives --set ip6tables /usr/sbin/ip6tables-${backend}`,
    restartDocker,
  ],
  cost: 'docker restarted; rules of the other backend stay behind in the kernel',
  why: 'Both backends are front ends to modules of the same kernel tree, and that tree is gone.',
})

/** What cures a stale kernel. */
export const remedies: Readonly<Record<string, Remedy>> = {
  reboot: {
    title: 'Reboot into the newest installed kernel',
    steps: () => [],
    reboots: true,
    cost: 'a reboot',
    when: (facts) => !leavesOrphan(facts),
  },
  'reboot-with-another-default-bridge': {
    title: 'Give Docker another default bridge, and reboot',
    steps: () => useOwnBridge,
    reboots: true,
    cost: 'a reboot; the default bridge is docker1, 172.29.0.0/16, for good',
    // A failed start has left a record that holds docker0, and no reboot takes it away.
    when: leavesOrphan,
  },
  'reinstall-running-kernel': {
    title: 'Install the running kernel’s package again',
    steps: () => [
      'DEBIAN_FRONTEND=noninteractive apt-get install -y --reinstall "linux-image-$(uname -r)" $(apt-cache pkgnames "linux-modules-$(uname -r)")',
      'depmod -a',
      restartDocker,
    ],
    cost: 'docker restarted; the package must still be on offer; the reboot is only put off',
    when: (facts) => !leavesOrphan(facts),
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'reboot-without-network-store': {
    title: 'Put Docker’s store of networks aside, and reboot',
    steps: () => dropStore,
    reboots: true,
    cost: 'a reboot; Docker forgets the networks that users made: they and their containers are to be made again',
    when: leavesOrphan,
    why: 'Docker starts, and the networks that users made are gone with it.',
  },
  'switch-to-iptables-legacy': { ...switchTo('legacy'), when: ({ iptables }) => !iptables.version.includes('legacy') },
  'switch-to-iptables-nft': { ...switchTo('nft'), when: ({ iptables }) => iptables.version.includes('legacy') },
  'restart-docker-and-containerd': {
    title: 'Restart containerd and docker',
    steps: () => ['systemctl restart containerd.service', restartDocker],
    cost: 'containers restarted',
    why: 'A new dockerd asks the same kernel for the same missing module.',
  },
  'modprobe-ip-tables': {
    title: 'modprobe ip_tables',
    steps: () => ['modprobe ip_tables', restartDocker],
    cost: 'docker restarted',
    why: 'It loads nothing that is missing here, and can do so silently: its exit code says nothing of NAT.',
  },
  depmod: {
    title: 'depmod -a',
    steps: () => ['depmod -a', restartDocker],
    cost: 'docker restarted',
    why: 'An index of module files brings back no file.',
  },
}
