import { readFileSync } from 'node:fs'
import { GenericContainer } from 'testcontainers'

// The script without its comments, because it is passed as one argument of a process.
const init = readFileSync(new URL('./init.sh', import.meta.url), 'utf8').replace(/^\s*#.*\n/gm, '')

// Capabilities that systemd, a nested dockerd and the lab's tools need beyond Docker's defaults. Left out, among others:
// SYS_MODULE, SYS_TIME and SYS_RAWIO, which affect this machine, and SYS_RESOURCE, which not every machine can grant.
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

// Sysctls of the kernel belong to this machine; those of the network belong to the host.
const readonlyPaths = [
  ...['abi', 'crypto', 'debug', 'dev', 'fs', 'kernel', 'sunrpc', 'user', 'vm'].map((branch) => `/proc/sys/${branch}`),
  ...['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sysrq-trigger'],
]

// No one logs in on a container's console, and the rest only costs time.
const masked = [
  'console-getty.service',
  'dev-hugepages.mount',
  'sys-fs-fuse-connections.mount',
  'systemd-logind.service',
]

const memory = 'rw,exec,suid,dev'

/** A container with systemd as its first process, for a nested dockerd. It sets options that testcontainers lacks. */
export class HostContainer extends GenericContainer {
  constructor(image: string, options: { name: string; hostname: string; labels: Record<string, string> }) {
    super(image)
    this.withName(options.name)
      .withHostname(options.hostname)
      .withLabels(options.labels)
      // testcontainers' reaper needs an image that may be missing offline. Hosts are swept by label instead.
      .withAutoCleanup(false)
      .withEnvironment({ container: 'docker', DOCKFAULT_HOST: options.name })
      .withAddedCapabilities(...capabilities)
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined', 'label=disable')
      // A host builds its own network; the lab controls it through the engine.
      .withNetworkMode('none')
      // Docker's state is in memory: overlayfs does not work on overlayfs, and dockerd syncs its files often.
      .withTmpFs({ '/run': `${memory},mode=755`, '/tmp': `${memory},mode=1777` })
      .withTmpFs({ '/var/lib/docker': `${memory},mode=711`, '/var/lib/containerd': `${memory},mode=711` })
      .withCommand(['/bin/sh', '-c', init, 'init', ...masked.map((unit) => `systemd.mask=${unit}`)])
    // systemd writes to a console only where there is one.
    this.createOpts.Tty = true
    this.createOpts.StopSignal = 'SIGRTMIN+3'
    // A host that prints without end fills no disk of this machine's.
    const LogConfig = { Type: 'json-file', Config: { 'max-size': '64m', 'max-file': '1' } }
    Object.assign(this.hostConfig, { CgroupnsMode: 'private', ReadonlyPaths: readonlyPaths, LogConfig })
  }
}
