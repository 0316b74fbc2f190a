import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, messageOf } from '../../lib/errors.ts'
import { clean, shellQuote } from '../../lib/text.ts'
import type { Capability, ExecOptions, ExecResult, Host, ProvisionOptions } from '../host.ts'
import { Guest } from './guest.ts'
import type { Machine } from './machine.ts'
import { awaken } from './present.ts'
import { joinTerminal } from './terminal.ts'
import { awaitBoot, lost } from './wait.ts'

interface Options extends ProvisionOptions {
  /** Multiplies every deadline. */
  slow: number
  /** It goes on from a frozen machine, in which something waits to bring it to the present. */
  frozen?: boolean
}

/** A host that is a QEMU machine. */
export class QemuHost implements Host {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  readonly guest: Guest
  private readonly machine: Machine
  private readonly options: Options
  private disposed: Promise<void> | undefined
  private rebooted = false

  constructor(machine: Machine, capabilities: ReadonlySet<Capability>, options: Options) {
    this.name = options.image
    this.capabilities = capabilities
    this.machine = machine
    this.options = options
    this.guest = new Guest(machine.agent, options.slow)
  }

  /** The unix socket of its second console, on which a root shell waits. */
  get shellSocket(): string {
    return this.machine.shellSocket
  }

  exec(script: string, options?: ExecOptions): Promise<ExecResult> {
    return this.reach(() => this.guest.exec(script, options))
  }

  put(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    return this.reach(() => this.guest.put(path, content, mode))
  }

  get(path: string): Promise<Uint8Array> {
    return this.reach(() => this.guest.get(path))
  }

  async reboot(): Promise<void> {
    this.rebooted = true
    const after = await this.reach(() => this.guest.bootId())
    await this.reach(() => this.guest.start('systemctl', 'reboot'))
    await awaitBoot(this.machine, this.guest, { ...this.options, after })
  }

  async console(): Promise<string> {
    return readFile(this.machine.consoleFile, 'utf8')
  }

  shell(): Promise<void> {
    return joinTerminal(this.machine.shellSocket, (rows, columns) => {
      void this.guest.exec(`stty -F /dev/hvc0 rows ${rows} cols ${columns}`).catch(() => undefined)
    })
  }

  /** Keeps memory, processors and disk under a name, inside the overlay. */
  snapshot(name: string): Promise<void> {
    return this.machine.qmp.monitor(`savevm ${tag(name)}`)
  }

  /** Brings everything back as it was, but for the clock, which is now. */
  async restore(name: string): Promise<void> {
    await this.machine.qmp.monitor(`loadvm ${tag(name)}`)
    await this.arrive()
  }

  /** Meets the guest again after a jump in its time: it answers, in the present. */
  async arrive(): Promise<void> {
    const { frozen, slow } = this.options
    const { agent, wakeSocket } = this.machine
    const [, awake] = await Promise.all([
      agent.sync(10_000 * slow),
      frozen && !this.rebooted && awaken(wakeSocket, 2000 * slow),
    ])
    if (!awake) await this.guest.refresh()
  }

  /** Lets the machine, provisioned to be kept, outlive the harness. */
  leave(): Promise<void> {
    this.disposed ??= this.finish(async (machine) => machine.leave())
    return this.disposed
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed ??= this.finish((machine) => machine.end())
    return this.disposed
  }

  private async finish(part: (machine: Machine) => Promise<void>): Promise<void> {
    const { machine, options } = this
    try {
      if (machine.isAlive()) await this.saveJournal()
    } catch (error) {
      options.progress(`the journal of ${this.name} could not be saved: ${messageOf(error)}`)
    }
    try {
      await part(machine)
    } catch (error) {
      options.progress(`${this.name} could not be removed: ${messageOf(error)}`)
    }
  }

  private async saveJournal(): Promise<void> {
    const { stdout } = await this.guest.exec('journalctl --boot --output short-precise --no-pager | tail -c 4000000', {
      deadlineMs: 20_000,
    })
    await writeFile(join(this.options.logDir, 'journal.txt'), clean(stdout))
  }

  // A verb that meets a machine that has ended says that, with the machine's last words.
  private async reach<T>(verb: () => Promise<T>): Promise<T> {
    if (this.disposed) throw new LabError('host', `${this.name} has been removed`)
    try {
      return await verb()
    } catch (error) {
      if (this.machine.isAlive()) throw error
      throw await lost(this.machine, error)
    }
  }
}

// The monitor splits its line at spaces.
const tag = (name: string): string => shellQuote(name.replaceAll(/[^\w.-]/g, '_'))
