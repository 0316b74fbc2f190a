import { readFileSync } from 'node:fs'
import { GenericContainer } from 'testcontainers'

// Comments are for readers: what remains must be one argument of a process.
const init = readFileSync(new URL('./init.sh', import.meta.url), 'utf8').replace(/^\s*#.*\n/gm, '')

// What systemd, a nested dockerd and the lab's own tools need beyond Docker's default list. Not in it, among others:
// SYS_MODULE, SYS_TIME, SYS_RAWIO (they reach the machine) and SYS_RESOURCE (not every machine has it to give).
const capabilities = [
  'SYS_ADMIN',
  'NET_ADMIN',
  'SYS_PTRACE',
  'SYS_BOOT',
  'SYS_NICE',
  'DAC_READ_SEARCH',
  'IPC_LOCK',
  'LINUX_IMMUTABLE',
]

// The sysctls of the kernel are the machine's; those of the network are the host's own.
const readonlyPaths = [
  ...['abi', 'crypto', 'debug', 'dev', 'fs', 'kernel', 'sunrpc', 'user', 'vm'].map((branch) => `/proc/sys/${branch}`),
  ...['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sysrq-trigger'],
]

// A terminal on a container's console is nobody's, and the rest only costs time.
const masked = [
  'console-getty.service',
  'dev-hugepages.mount',
  'sys-fs-fuse-connections.mount',
  'systemd-logind.service',
]

const memory = 'rw,exec,suid,dev'

/** A container with systemd as its first process, for a nested dockerd; testcontainers has no words for some of its options. */
export class HostContainer extends GenericContainer {
  constructor(image: string, options: { name: string; hostname: string; labels: Record<string, string> }) {
    super(image)
    this.withName(options.name)
      .withHostname(options.hostname)
      .withLabels(options.labels)
      // The reaper's image cannot be had offline, and it is of no help against a crash: hosts are swept by label.
      .withAutoCleanup(false)
      .withEnvironment({ container: 'docker', DOCKFAULT_HOST: options.name })
      .withAddedCapabilities(...capabilities)
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined', 'label=disable')
      // A host's network is all its own; control goes through the engine.
      .withNetworkMode('none')
      // Docker's own state in memory: overlayfs cannot stand on overlayfs, and the engine syncs files all the time.
      .withTmpFs({ '/run': `${memory},mode=755`, '/tmp': `${memory},mode=1777` })
      .withTmpFs({ '/var/lib/docker': `${memory},mode=711`, '/var/lib/containerd': `${memory},mode=711` })
      .withCommand(['/bin/sh', '-c', init, 'init', ...masked.map((unit) => `systemd.mask=${unit}`)])
    // systemd writes to a console only where there is one.
    this.createOpts.Tty = true
    this.createOpts.StopSignal = 'SIGRTMIN+3'
    Object.assign(this.hostConfig, { CgroupnsMode: 'private', ReadonlyPaths: readonlyPaths })
  }
}
