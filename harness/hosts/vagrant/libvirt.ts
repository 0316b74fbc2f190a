import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../lib/errors.ts'
import { adminPath } from '../../lib/programs.ts'
import { until } from '../../lib/retry.ts'
import { identify, isAlive, kill, type ProcessId } from '../process.ts'

/** The Debian packages that a private libvirtd needs. */
export const libvirtPackages = [
  'libvirt-daemon',
  'libvirt-daemon-driver-qemu',
  'libvirt-clients',
  'dnsmasq-base',
  'iptables',
]

const script = fileURLToPath(new URL('./libvirt.sh', import.meta.url))
const sockets = ['/run/libvirt/libvirt-sock', '/run/libvirt/virtqemud-sock', '/var/run/libvirt/libvirt-sock']

/** Whether this machine runs a libvirtd, which is then used. */
export const hasLibvirt = (): boolean => sockets.some((socket) => existsSync(socket))

/** A libvirtd that only this process uses, in its own namespaces. */
export interface PrivateLibvirt {
  /** Its first process; all others, including the machines, die with it. */
  readonly process: ProcessId
  /** The words before a command that make it run in the same namespaces. */
  readonly wrapper: readonly string[]
  isAlive(): boolean
  end(): Promise<void>
}

/** Starts a libvirtd with its state in `dir` and its own network, sysctls, mounts and processes. */
export async function startLibvirt(
  dir: string,
  options: { keep: boolean; signal: AbortSignal; started: (process: ProcessId) => void },
): Promise<PrivateLibvirt> {
  const namespaces = ['unshare', '--mount', '--pid', '--net', '--fork', '--kill-child=KILL', '--mount-proc', '--']
  const command = [
    // The kernel ends it with this process, even after kill -9. Kept hosts outlive it.
    ...(options.keep ? [] : ['setpriv', '--pdeathsig', 'KILL', '--']),
    ...[...namespaces, 'sh', script, dir],
  ]
  const logFile = join(dir, 'libvirt.log')
  const log = openSync(logFile, 'w')
  const env = { ...process.env, PATH: adminPath() }
  const child = spawn(command[0]!, command.slice(1), { detached: true, stdio: ['ignore', log, log], env })
  closeSync(log)
  child.on('error', () => undefined)
  child.unref()
  const outer = child.pid === undefined ? undefined : identify(child.pid)
  if (!outer) throw new LabError('missing', `${command[0]} did not start`)
  options.started(outer)
  try {
    const inner = await until(
      'the private libvirtd',
      async () => {
        if (!isAlive(outer)) throw new LabError('interrupted', 'gone')
        if (!existsSync(join(dir, 'up'))) return undefined
        const pid = readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8').trim()
        return pid || undefined
      },
      { deadlineMs: 60_000, everyMs: 50, signal: options.signal },
    )
    return {
      process: outer,
      wrapper: ['nsenter', '--target', inner, '--mount', '--net', '--pid', '--'],
      isAlive: () => isAlive(outer),
      end: async () => void (await kill(outer)),
    }
  } catch (error) {
    await kill(outer)
    options.signal.throwIfAborted()
    const words = [logFile, join(dir, 'libvirtd.log')].map((file) =>
      existsSync(file) ? readFileSync(file, 'utf8') : '',
    )
    throw new LabError('host', `no private libvirtd: ${words.join('\n').trim().split('\n').slice(-5).join('\n')}`, {
      cause: error,
    })
  }
}
