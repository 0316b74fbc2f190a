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

/** A host that lives on a machine of Vagrant's. */
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
  // What its console said before the state that it goes on from, and how much of the machine's was there then.
  private said: Buffer = Buffer.alloc(0)
  private saidUntil = 0
  private disposed: Promise<void> | undefined

  /** `over` is called when this host has no more need of the machine. */
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
    return this.reach(() => this.guest.exec(inWordsOf(this.name, script), options))
  }

  put(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    const said = typeof content === 'string' ? inWordsOf(this.name, content) : content
    return this.reach(() => this.guest.put(path, said, mode))
  }

  get(path: string): Promise<Uint8Array> {
    return this.reach(() => this.guest.get(path))
  }

  async reboot(): Promise<void> {
    const before = await this.reach(() => this.guest.bootId())
    await this.reach(() => this.guest.goDown('reboot'))
    this.close()
    await this.reach(() => this.awaitBoot(before))
  }

  async console(): Promise<string> {
    const now = await this.machine.consoleBytes()
    return Buffer.concat([this.said, now.subarray(this.saidUntil)]).toString('utf8')
  }

  shell(): Promise<void> {
    return this.reach(() => this.ssh.join('exec sudo -i'))
  }

  /** Waits until ssh answers from a boot (another one than `before`), and systemd has settled, well or not. */
  async awaitBoot(before?: string): Promise<void> {
    const { ssh, options, machine } = this
    const { signal } = options
    const { slow } = machine
    // A first boot has begun before anybody asked.
    const from = before ? (await this.console()).length : 0
    await until(
      before ? 'the host to reboot' : 'the host to boot',
      async () => {
        await ssh.open(30_000 * slow)
        const id = await this.guest.bootId()
        if (id !== before) return true
        // Still the boot that is to be over: its link goes with it.
        this.close()
        return undefined
      },
      { deadlineMs: 120_000 * slow, everyMs: 500, signal },
    )
    await awaitSettled(this.guest, { slow, signal, console: async () => (await this.console()).slice(from) })
  }

  /** Keeps the whole machine under a name, by the plugin that has a word for it. */
  async snapshot(name: string): Promise<void> {
    await this.reach(() => this.vagrant.run(['snapshot', 'save', this.name, name, '--force'], { deadlineMs: 600_000 }))
  }

  /** Brings everything back as it was, but for the clock, which is now. `said` is what its console is to have said before. */
  async restore(name: string, said?: Buffer): Promise<void> {
    const { vagrant, ssh, machine } = this
    const before = said ?? Buffer.from(await this.console())
    // The other end of this connection is about to forget it.
    this.close()
    const words = ['snapshot', 'restore', this.name, name, '--no-provision']
    await this.reach(() => vagrant.run(words, { deadlineMs: 600_000 }))
    this.said = before
    this.saidUntil = (await machine.consoleBytes()).length
    await this.reach(async () => {
      await ssh.open(60_000 * machine.slow)
      // The process that sets the clock starts with the first script: until then the time it is told would grow old.
      await this.guest.exec(':')
      await this.guest.present()
    })
  }

  /** Lets the machine, provisioned to be kept, outlive the harness. */
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

  /** Ends the connection; commands that are under way are lost. */
  private close(): void {
    this.runner.close()
    this.ssh.close()
  }

  private async saveJournal(): Promise<void> {
    const script = 'journalctl --boot --output short-precise --no-pager | tail -c 4000000'
    const { stdout } = await this.guest.exec(script, { deadlineMs: 20_000 })
    await writeFile(join(this.options.logDir, 'journal.txt'), clean(stdout))
  }

  // A verb that finds the link cut says whether the machine has ended or only cannot be reached: then something done to it
  // has closed its way in, and that is neither the lab's word on the fault nor on a detector.
  private async reach<T>(verb: () => Promise<T>): Promise<T> {
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
        ? 'broken by what was done to it: the machine runs, and ssh does not answer any more'
        : `the host has ended (Vagrant: ${state})`
    return new LabError('host', `${what}${tail && `; its console ends with:\n${tail}`}`, { cause })
  }
}
