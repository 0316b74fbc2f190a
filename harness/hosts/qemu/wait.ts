import { readFile } from 'node:fs/promises'
import { LabError } from '../../lib/errors.ts'
import { until } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'
import type { Guest } from '../guest/guest.ts'
import type { Machine } from './machine.ts'

const hopeless = /^\(initramfs\) *$|Kernel panic - not syncing|Failed to load ldlinux|No bootable device/m

interface BootOptions {
  /** Multiplies every deadline. */
  slow: number
  signal: AbortSignal
  /** The boot that is to be over. */
  after?: string
}

/** Waits until the agent answers from a boot (another one than `after`), and systemd has settled, well or not. */
export async function awaitBoot(machine: Machine, guest: Guest, options: BootOptions): Promise<string> {
  const { slow, signal } = options
  const bootId = await until(
    options.after ? 'the host to reboot' : 'the host to boot',
    async () => {
      if (!machine.isAlive()) throw new LabError('interrupted', 'gone')
      const console = await readFile(machine.consoleFile, 'utf8').catch(() => '')
      // Nothing that comes after these words answers any more.
      if (hopeless.test(console.slice(-4000))) throw new LabError('interrupted', 'the boot failed')
      await machine.agent.sync(1500)
      const id = await guest.bootId()
      return id === options.after ? undefined : id
    },
    { deadlineMs: 60_000 * slow, everyMs: 200, signal },
  ).catch(async (error: unknown) => {
    signal.throwIfAborted()
    throw await lost(machine, error)
  })
  // `--wait` fails where the bus is not up yet: then it is asked again. Any final state will do.
  await until(
    'systemd to settle',
    async () => {
      if (!machine.isAlive()) throw await lost(machine, undefined)
      const { stdout } = await guest.exec('systemctl is-system-running --wait', { deadlineMs: 60_000 })
      return /running|degraded|maintenance/.test(stdout) || undefined
    },
    { deadlineMs: 120_000 * slow, everyMs: 300, signal },
  )
  return bootId
}

/** The error of a host that does not answer, with what it said last. */
export async function lost(machine: Machine, cause: unknown): Promise<LabError> {
  const console = clean(await readFile(machine.consoleFile, 'utf8').catch(() => ''))
  const tail = console.trim().split('\n').slice(-8).join('\n')
  const how = machine.isAlive() ? 'does not answer' : `has ended (QEMU: ${machine.lastWords() || 'no word'})`
  return new LabError(
    'host',
    `the host ${how}${tail ? `; its console ends with:\n${tail}` : '; its console is empty'}`,
    {
      cause,
      hint: `the whole console is in ${machine.consoleFile}`,
    },
  )
}
