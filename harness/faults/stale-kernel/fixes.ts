import type { Fix } from '../fault.ts'
import { dropStore, useOwnBridge } from '../orphaned-bridge/fixes.ts'
import { restartDocker } from '../remedies.ts'

const switchTo = (backend: 'nft' | 'legacy'): Fix => ({
  title: `Switch to iptables-${backend}`,
  steps: [
    `update-alternatives --set iptables /usr/sbin/iptables-${backend}`,
    `update-alternatives --set ip6tables /usr/sbin/ip6tables-${backend}`,
    restartDocker,
  ],
  cost: 'docker restarted; rules of the other backend stay behind in the kernel',
  fails: 'Both backends are front ends to modules of the same kernel tree, and that tree is gone.',
})

/** What cures a stale kernel, and what people try first. */
export const fixes: Readonly<Record<string, Fix>> = {
  reboot: {
    title: 'Reboot into the newest installed kernel',
    steps: [],
    reboots: true,
    cost: 'a reboot; Docker 26 may be left with an orphaned bridge, which is a fault of its own',
  },
  'reboot-with-another-default-bridge': {
    title: 'Give Docker another default bridge, and reboot',
    steps: useOwnBridge,
    reboots: true,
    cost: 'a reboot; the default bridge is docker1, 172.29.0.0/16, for good. Only Docker 26 asks for it',
  },
  'reboot-without-network-store': {
    title: 'Put Docker’s store of networks aside, and reboot',
    steps: dropStore,
    reboots: true,
    cost: 'a reboot; Docker forgets the networks that users made: they and their containers are to be made again',
  },
  'reinstall-running-kernel': {
    title: 'Install the running kernel’s package again',
    steps: [
      'DEBIAN_FRONTEND=noninteractive apt-get install -y --reinstall "linux-image-$(uname -r)" $(apt-cache pkgnames "linux-modules-$(uname -r)")',
      'depmod -a',
      restartDocker,
    ],
    cost: 'docker restarted; the package must still be on offer; the reboot is only put off',
  },
  'switch-to-iptables-legacy': switchTo('legacy'),
  'switch-to-iptables-nft': switchTo('nft'),
  'restart-docker-and-containerd': {
    title: 'Restart containerd and docker',
    steps: ['systemctl restart containerd.service', restartDocker],
    cost: 'containers restarted',
    fails: 'A new dockerd asks the same kernel for the same missing module.',
  },
  'modprobe-ip-tables': {
    title: 'modprobe ip_tables',
    steps: ['modprobe ip_tables', restartDocker],
    cost: 'docker restarted',
    fails: 'It loads nothing that is missing here, and can do so silently: its exit code says nothing of NAT.',
  },
  depmod: {
    title: 'depmod -a',
    steps: ['depmod -a', restartDocker],
    cost: 'docker restarted',
    fails: 'An index of module files brings back no file.',
  },
}
