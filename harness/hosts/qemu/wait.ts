import { readFile } from 'node:fs/promises'
import { LabError } from '../../lib/errors.ts'
import { until } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'
import type { Guest } from '../guest/guest.ts'
import { awaitSettled } from '../guest/settled.ts'
import type { Machine } from './machine.ts'

const hopeless = /^\(initramfs\) *$|Kernel panic - not syncing|Failed to load ldlinux|No bootable device/m

interface BootOptions {
  /** Multiplies every deadline. */
  slow: number
  signal: AbortSignal
  /** The boot id before a reboot. */
  after?: string
}

/** Waits until the guest answers from a boot other than `after`, and systemd has settled. Gives the boot id. */
export async function awaitBoot(machine: Machine, guest: Guest, options: BootOptions): Promise<string> {
  const { slow, signal } = options
  const from = (await consoleOf(machine)).length
  const bootId = await until(
    options.after ? 'the host to reboot' : 'the host to boot',
    async () => {
      if (!machine.isAlive()) throw new LabError('interrupted', 'gone')
      const console = await consoleOf(machine)
      // After these words a guest never answers.
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
  await awaitSettled(guest, {
    slow,
    signal,
    console: async () => {
      if (!machine.isAlive()) throw new LabError('interrupted', 'gone')
      return (await consoleOf(machine)).slice(from)
    },
  }).catch(async (error: unknown) => {
    throw machine.isAlive() ? error : await lost(machine, error)
  })
  return bootId
}

const consoleOf = (machine: Machine): Promise<string> => readFile(machine.consoleFile, 'utf8').catch(() => '')

/** The error of a host that does not answer, with the end of its console. */
export async function lost(machine: Machine, cause: unknown): Promise<LabError> {
  const console = clean(await consoleOf(machine))
  const tail = console.trim().split('\n').slice(-8).join('\n')
  const how = machine.isAlive() ? 'does not answer' : `has ended (QEMU: ${machine.lastWords() || 'no output'})`
  return new LabError(
    'host',
    `the host ${how}${tail ? `; its console ends with:\n${tail}` : '; its console is empty'}`,
    {
      cause,
      hint: `the whole console is in ${machine.consoleFile}`,
    },
  )
}
