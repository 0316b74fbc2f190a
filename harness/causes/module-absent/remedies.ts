import type { Remedy, Temptation } from '../../cause/cause.ts'
import { leavesOrphan } from '../../cause/restart.ts'
import { restartDocker, useOwnBridge } from '../../cause/steps.ts'
import type { Facts } from '../../evidence/facts.ts'
import { currentBackend } from '../../simulate/intent.ts'
import { canSwitch, lackingModules, lacksLegacyOnly, otherBackend } from './lacking.ts'

/** Starts docker. Where a failed start has left a record that holds docker0, it needs another default bridge for that. */
const start = (facts: Facts): string[] => [...(leavesOrphan(facts) ? useOwnBridge : []), restartDocker]
const ownBridge = 'after a failed start of Docker 26 the default bridge is docker1, 172.29.0.0/16, from now on'

const switchBackend = (facts: Facts): string[] =>
  ['iptables', 'ip6tables'].map((name) => `update-alternatives --set ${name} /usr/sbin/${name}-${otherBackend(facts)}`)

const isEl = ({ system }: Facts): boolean => /Red Hat|CentOS|Rocky|AlmaLinux|Oracle Linux/.test(system.os)
const isDebian = ({ system }: Facts): boolean => /Debian|Ubuntu|Mint/.test(system.os)
/** Whether a module has no file and is not loaded either. */
const fails = (facts: Facts): boolean => lackingModules(facts).some(({ state }) => state === 'missing')

export const remedies: Readonly<Record<string, Remedy>> = {
  'switch-to-iptables-nft': {
    title: 'Switch to iptables-nft',
    steps: (facts) => [...switchBackend(facts), ...start(facts)],
    cost: `docker restarted; other programs use iptables-nft from now on as well; ${ownBridge}`,
    restartsDocker: true,
    removes: 'modules',
    when: (facts) => lacksLegacyOnly(facts) && fails(facts),
  },
  // While the modules are loaded, the kernel has rules of Docker's in the tables that iptables would no longer see.
  'switch-to-iptables-nft-and-reboot': {
    title: 'Switch to iptables-nft, and reboot',
    steps: switchBackend,
    reboots: true,
    cost: 'a reboot; other programs use iptables-nft from now on as well',
    when: (facts) => lacksLegacyOnly(facts) && !fails(facts),
  },
  'install-modules-extra': {
    title: 'Install the package with the kernel’s other modules',
    steps: (facts) => ['dnf install -y "kernel-modules-extra-$(uname -r)"', ...start(facts)],
    cost: 'docker restarted; the package has to be available for the kernel that runs',
    restartsDocker: true,
    removes: 'modules',
    when: (facts) => isEl(facts) && !lacksLegacyOnly(facts),
  },
  'reinstall-running-kernel': {
    title: 'Install the running kernel’s package again',
    steps: (facts) => [
      'DEBIAN_FRONTEND=noninteractive apt-get install -y --reinstall "linux-image-$(uname -r)" $(apt-cache pkgnames "linux-modules-$(uname -r)") $(apt-cache pkgnames "linux-modules-extra-$(uname -r)")',
      'depmod -a',
      ...start(facts),
    ],
    cost: `docker restarted; the package has to be available still, and built with the module; ${ownBridge}`,
    restartsDocker: true,
    removes: 'modules',
    when: (facts) => isDebian(facts) && !lacksLegacyOnly(facts),
  },
  'switch-to-iptables-legacy': {
    title: 'Switch to iptables-legacy',
    steps: (facts) => [...switchBackend(facts), ...start(facts)],
    cost: `docker restarted; newer kernels have no tables for iptables-legacy; rules of other programs stay in nft; ${ownBridge}`,
    restartsDocker: true,
    removes: 'modules',
    when: (facts) => currentBackend(facts) === 'nft' && canSwitch(facts) && fails(facts),
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  reboot: {
    title: 'Reboot',
    steps: () => [],
    reboots: true,
    cost: 'a reboot',
    why: 'The kernel that boots does not have the module either.',
  },
  'load-modules': {
    title: 'Load the modules by modprobe',
    steps: (facts) => [
      `modprobe -a ${lackingModules(facts)
        .map(({ name }) => name)
        .join(' ')}`,
      restartDocker,
    ],
    cost: 'docker restarted',
    why: 'modprobe loads files, and there is no file to load.',
  },
  depmod: {
    title: 'depmod -a',
    steps: () => ['depmod -a', restartDocker],
    cost: 'docker restarted',
    why: 'It indexes the module files that are there, and brings none.',
  },
  'switch-backend': {
    title: 'Switch to the other backend of iptables',
    steps: (facts) => [...switchBackend(facts), restartDocker],
    cost: 'docker restarted; rules of the other backend stay behind in the kernel',
    why: 'The other backend needs a module that is not there either.',
    when: (facts) => !canSwitch(facts),
  },
}
