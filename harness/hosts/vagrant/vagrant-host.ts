import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inWordsOf } from '../../images/family.ts'
import { LabError, messageOf } from '../../lib/errors.ts'
import { until } from '../../lib/retry.ts'
import { clean, shellQuote } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import { Runner, runnerProgram } from '../guest/runner.ts'
import { awaitSettled } from '../guest/settled.ts'
import type { Capability, ExecOptions, ExecResult, Host, ProvisionOptions } from '../host.ts'
import type { VagrantMachine } from './machine.ts'
import type { Ssh } from './ssh.ts'
import type { Vagrant } from './vagrant-cli.ts'

/** A host on one of Vagrant's machines. */
export class VagrantHost implements Host {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  private readonly guest: Guest
  private readonly runner: Runner
  private readonly machine: VagrantMachine
  private readonly vagrant: Vagrant
  private readonly ssh: Ssh
  private readonly options: ProvisionOptions
  private readonly over: () => Promise<void>
  // The console's output before the restored state, and the part of the machine's console file that belongs to it.
  private earlierConsole: Buffer = Buffer.alloc(0)
  private earlierBytes = 0
  private disposed: Promise<void> | undefined

  /** `over` is called when this host no longer needs the machine. */
  constructor(
    machine: VagrantMachine,
    capabilities: ReadonlySet<Capability>,
    options: ProvisionOptions,
    over: () => Promise<void>,
  ) {
    this.name = options.image
    this.capabilities = capabilities
    this.machine = machine
    this.vagrant = machine.vagrant(options)
    this.ssh = machine.ssh(options)
    this.options = options
    this.over = over
    this.runner = new Runner(async () => this.ssh.start(`sudo -n perl -e ${shellQuote(runnerProgram)}`))
    this.guest = new Guest(this.runner, machine.slow)
  }

  exec(script: string, options?: ExecOptions): Promise<ExecResult> {
    return this.connected(() => this.guest.exec(inWordsOf(this.name, script), options))
  }

  put(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    const text = typeof content === 'string' ? inWordsOf(this.name, content) : content
    return this.connected(() => this.guest.put(path, text, mode))
  }

  get(path: string): Promise<Uint8Array> {
    return this.connected(() => this.guest.get(path))
  }

  async reboot(): Promise<void> {
    const before = await this.connected(() => this.guest.bootId())
    await this.connected(() => this.guest.goDown('reboot'))
    this.close()
    await this.connected(() => this.awaitBoot(before))
  }

  async console(): Promise<string> {
    const now = await this.machine.consoleBytes()
    return Buffer.concat([this.earlierConsole, now.subarray(this.earlierBytes)]).toString('utf8')
  }

  shell(): Promise<void> {
    return this.connected(() => this.ssh.join('exec sudo -i'))
  }

  /** Waits until ssh answers from a boot other than `before` and systemd has settled. */
  async awaitBoot(before?: string): Promise<void> {
    const { ssh, options, machine } = this
    const { signal } = options
    const { slow } = machine
    // The first boot began before this call, so its whole console counts.
    const from = before ? (await this.console()).length : 0
    await until(
      before ? 'the host to reboot' : 'the host to boot',
      async () => {
        await ssh.open(30_000 * slow)
        const id = await this.guest.bootId()
        if (id !== before) return true
        // Still the old boot: its connection is about to be cut.
        this.close()
        return undefined
      },
      { deadlineMs: 120_000 * slow, everyMs: 500, signal },
    )
    await awaitSettled(this.guest, { slow, signal, console: async () => (await this.console()).slice(from) })
  }

  /** Saves the state of the whole machine under a name. */
  async snapshot(name: string): Promise<void> {
    await this.connected(() =>
      this.vagrant.run(['snapshot', 'save', this.name, name, '--force'], { deadlineMs: 600_000 }),
    )
  }

  /** Restores a saved state, with the present time. `earlier` is the console's output before it. */
  async restore(name: string, earlier?: Buffer): Promise<void> {
    const { vagrant, ssh, machine } = this
    const before = earlier ?? Buffer.from(await this.console())
    // The restored machine does not know this connection.
    this.close()
    const words = ['snapshot', 'restore', this.name, name, '--no-provision']
    await this.connected(() => vagrant.run(words, { deadlineMs: 600_000 }))
    this.earlierConsole = before
    this.earlierBytes = (await machine.consoleBytes()).length
    await this.connected(async () => {
      await ssh.open(60_000 * machine.slow)
      // The first script starts the process that sets the clock; otherwise the time would be late by its start.
      await this.guest.exec(':')
      await this.guest.present()
    })
  }

  /** Leaves a kept machine running after the harness. */
  leave(): Promise<void> {
    this.disposed ??= this.finish(async () => this.machine.leave())
    return this.disposed
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed ??= this.finish(this.over)
    return this.disposed
  }

  private async finish(part: () => Promise<void>): Promise<void> {
    const { ssh } = this
    try {
      if (this.machine.hasConsole) await writeFile(join(this.options.logDir, 'console.log'), await this.console())
      if (ssh.isOpen) await this.saveJournal()
    } catch (error) {
      this.options.progress(`the logs of ${this.name} could not be saved: ${messageOf(error)}`)
    }
    this.close()
    try {
      await part()
    } catch (error) {
      this.options.progress(`${this.name} could not be removed: ${messageOf(error)}`)
    }
  }

  /** Closes the connection; running commands are lost. */
  private close(): void {
    this.runner.close()
    this.ssh.close()
  }

  private async saveJournal(): Promise<void> {
    const script = 'journalctl --boot --output short-precise --no-pager | tail -c 4000000'
    const { stdout } = await this.guest.exec(script, { deadlineMs: 20_000 })
    await writeFile(join(this.options.logDir, 'journal.txt'), clean(stdout))
  }

  // Where the connection is cut, the error names whether the machine has ended or only ssh does not answer. In the latter
  // case a change to the host has blocked ssh, which is the lab's failure and proves nothing about a detector.
  private async connected<T>(verb: () => Promise<T>): Promise<T> {
    if (this.disposed) throw new LabError('host', `${this.name} has been removed`)
    try {
      return await verb()
    } catch (error) {
      if (this.disposed || this.options.signal.aborted || this.ssh.isOpen) throw error
      throw await this.lost(error)
    }
  }

  private async lost(cause: unknown): Promise<LabError> {
    const state = await this.vagrant.state(this.name).catch(() => 'gone')
    const console = clean(await this.console().catch(() => ''))
    const tail = console.trim().split('\n').slice(-8).join('\n')
    const what =
      state === 'running'
        ? 'a change to the host has blocked ssh: the machine runs, but ssh no longer answers'
        : `the host has ended (Vagrant: ${state})`
    return new LabError('host', `${what}${tail && `; its console ends with:\n${tail}`}`, { cause })
  }
}
