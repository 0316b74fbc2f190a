import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, messageOf } from '../../lib/errors.ts'
import { until, within } from '../../lib/retry.ts'
import { shellQuote } from '../../lib/text.ts'
import { Runner } from '../guest/runner.ts'
import { identify, isAlive, kill } from '../process.ts'
import { slowness } from './accelerator.ts'
import { Agent } from './agent.ts'
import { type Equipment, machineArgs } from './arguments.ts'
import { joinRunner } from './port.ts'
import { Qmp } from './qmp.ts'
import { closeMachine, openMachine } from './runs.ts'

export interface MachineOptions extends Omit<Equipment, 'disk' | 'memory'> {
  image: string
  logDir: string
  /** Makes the disk, and the memory if it is a file, in the machine's own folder. */
  storage: (dir: string) => Promise<Storage>
  /** A file with the console's output before its state was saved; if it is the console's own file, it is continued. */
  console?: string | undefined
  /** May outlive this process. */
  keep?: boolean | undefined
  signal: AbortSignal
}

export type Storage = Pick<Equipment, 'disk' | 'memory'>

/** A QEMU process, its control sockets, and the state folder that lets a later harness end it. */
export interface Machine {
  readonly qmp: Qmp
  readonly agent: Agent
  /** Runs all scripts, because its port accepts only one client. */
  readonly runner: Runner
  readonly dir: string
  readonly storage: Storage
  readonly shellSocket: string
  readonly consoleFile: string
  /** Resolves when QEMU has ended. */
  readonly ended: Promise<void>
  isAlive(): boolean
  /** What QEMU printed: the reason, if it has ended. */
  lastWords(): string
  /** Stops a machine whose memory is a file, and writes its state, without memory and disk, to this file. */
  freeze(file: string): Promise<void>
  /** Ends QEMU. */
  halt(): Promise<void>
  /** Ends QEMU, and removes disk, sockets and state. */
  end(): Promise<void>
  /** Leaves QEMU running for `npm run down`. */
  leave(): void
}

/** Starts a machine without a network card; unix sockets control it. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  await mkdir(options.logDir, { recursive: true })
  const { dir, record, save } = openMachine(options.name, options.image, options.logDir)
  const socket = (name: string): string => join(record.sockets, name)
  const consoleFile = join(options.logDir, 'console.log')
  const logFile = join(options.logDir, 'qemu.log')
  // A console that an earlier machine left here would be taken for this one's.
  if (options.console !== consoleFile) await rm(consoleFile, { force: true })
  if (options.console && options.console !== consoleFile) await copyFile(options.console, consoleFile)
  let halt: (() => Promise<void>) | undefined
  try {
    const storage = await options.storage(dir)
    options.signal.throwIfAborted()
    const qemu = ['qemu-system-x86_64', ...machineArgs({ ...options, ...storage }, socket, consoleFile)]
    // The kernel ends QEMU with this process, even after kill -9. A kept machine outlives it.
    const command = options.keep ? qemu : ['setpriv', '--pdeathsig', 'KILL', '--', ...qemu]
    const log = openSync(logFile, 'a')
    const before = fstatSync(log).size
    // In a session of its own, so that Ctrl-C goes only to the harness, which then ends the machine in order.
    const child = spawn(command[0]!, command.slice(1), { detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    const ended = once(child, 'exit').then(
      () => undefined,
      () => undefined,
    )
    if (child.pid === undefined) {
      const [error] = await once(child, 'error')
      throw new LabError('missing', `QEMU did not start: ${messageOf(error)}`)
    }
    const process = identify(child.pid)
    if (process) record.process = process
    save()
    child.unref()

    const lastWords = (): string => readFileSync(logFile).subarray(before).toString('utf8').trim()
    const living = (): boolean => process !== undefined && isAlive(process)
    const qmp = await until(
      'QEMU to start',
      async () => {
        if (!living()) throw new LabError('interrupted', `QEMU ended at once: ${lastWords()}`)
        return Qmp.connect(socket('qmp'))
      },
      { deadlineMs: 20_000, everyMs: 5, signal: options.signal },
    ).catch((error: unknown) => {
      if (process) void kill(process)
      throw new LabError('host', messageOf(error), { cause: error })
    })
    const agent = new Agent(socket('agent'))
    let resident = options.state !== undefined
    const runner = new Runner(async () => {
      const slow = slowness(options.accelerator)
      const link = await joinRunner({ qmp, agent, socket: socket('runner'), resident, slow })
      resident = false
      return link
    })
    const close = (): void => {
      runner.close()
      agent.close()
    }
    halt = async () => {
      close()
      // `quit` is enough, and the kill below is rarely needed. Nothing has to be flushed.
      if (living()) await Promise.race([qmp.call('quit').catch(() => undefined), ended])
      await within(3000, ended)
      if (process) await kill(process)
      qmp.close()
    }
    if (options.state) await thaw(qmp, options.state, options.signal)

    return {
      qmp,
      agent,
      runner,
      dir,
      storage,
      consoleFile,
      shellSocket: socket('shell'),
      ended,
      isAlive: living,
      lastWords,
      leave() {
        record.kept = true
        save()
        close()
        qmp.close()
      },
      async freeze(file) {
        close()
        await qmp.call('stop')
        await qmp.call('migrate-set-capabilities', ignoreShared)
        await qmp.call('migrate', { uri: `exec:cat >${shellQuote(file)}` })
        await until('the machine to be written', async () => migrated(await qmp.call('query-migrate')), {
          deadlineMs: 120_000,
          everyMs: 20,
          signal: options.signal,
        })
      },
      halt,
      async end() {
        await halt?.()
        closeMachine(dir, record)
      },
    }
  } catch (error) {
    await halt?.()
    closeMachine(dir, record)
    throw error
  }
}

function migrated(answer: unknown): true | undefined {
  const { status, 'error-desc': why } = answer as { status?: string; 'error-desc'?: string }
  if (status === 'failed')
    throw new LabError('interrupted', `QEMU could not write the machine: ${why ?? 'it gives no reason'}`)
  return status === 'completed' || undefined
}

// Leaves memory that is a file out of the state. Source: QEMU, qapi/migration.json, x-ignore-shared.
const ignoreShared = { capabilities: [{ capability: 'x-ignore-shared', state: true }] }

async function thaw(qmp: Qmp, state: string, signal: AbortSignal): Promise<void> {
  await qmp.call('migrate-set-capabilities', ignoreShared)
  await qmp.call('migrate-incoming', { uri: `exec:cat ${shellQuote(state)}` })
  const read = async (): Promise<true | undefined> => {
    const { status } = (await qmp.call('query-status')) as { status: string }
    return status !== 'inmigrate' || undefined
  }
  await until('the machine to be read', read, { deadlineMs: 120_000, everyMs: 10, signal })
  await qmp.call('cont')
}
