import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, messageOf } from '../../lib/errors.ts'
import { sleep } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import type { Capability, ExecOptions, ExecResult, Host, ProvisionOptions } from '../host.ts'
import { slowness } from './accelerator.ts'
import type { Accelerator } from './arguments.ts'
import { type Frozen, forkFrom, freeze } from './fork.ts'
import type { Machine } from './machine.ts'
import { goOn, standbyFrom } from './standby.ts'
import { joinTerminal } from './terminal.ts'
import { awaitBoot, lost } from './wait.ts'

interface Options extends ProvisionOptions {
  accelerator: Accelerator
}

/** A state of a host that it can be brought back to. */
interface Kept {
  frozen: Frozen
  /** In whose folder it is, where it is this host's to end. */
  machine?: Machine
  /** What goes on from it next; nothing, where that could not be made. */
  standby?: Promise<Machine | undefined> | undefined
}

/** A host that is a QEMU machine; another one, each time it is brought back to a kept state. */
export class QemuHost implements Host {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  private machine: Machine
  private readonly options: Options
  /** Multiplies every deadline. */
  private readonly slow: number
  private readonly kept = new Map<string, Kept>()
  /** Hosts that go on from the same state: while they live, the processors have enough to do. */
  private readonly beside: QemuHost[] = []
  private disposed: Promise<void> | undefined
  guest: Guest

  constructor(machine: Machine, capabilities: ReadonlySet<Capability>, options: Options) {
    this.name = options.image
    this.capabilities = capabilities
    this.machine = machine
    this.options = options
    this.slow = slowness(options.accelerator)
    this.guest = new Guest(machine.runner, this.slow)
  }

  /** The unix socket of its second console, on which a root shell waits. */
  get shellSocket(): string {
    return this.machine.shellSocket
  }

  async exec(script: string, options?: ExecOptions): Promise<ExecResult> {
    const result = await this.reach(() => this.guest.exec(script, options))
    // Not before it has answered: its first question has the processors to itself.
    this.prepareToRestore()
    return result
  }

  put(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    return this.reach(() => this.guest.put(path, content, mode))
  }

  get(path: string): Promise<Uint8Array> {
    return this.reach(() => this.guest.get(path))
  }

  async reboot(): Promise<void> {
    const after = await this.reach(() => this.guest.bootId())
    await this.reach(() => this.guest.goDown('reboot'))
    await awaitBoot(this.machine, this.guest, { ...this.options, slow: this.slow, after })
  }

  async console(): Promise<string> {
    return readFile(this.machine.consoleFile, 'utf8')
  }

  shell(): Promise<void> {
    return joinTerminal(this.machine.shellSocket, (rows, columns) => {
      void this.guest.exec(`stty -F /dev/hvc0 rows ${rows} cols ${columns}`).catch(() => undefined)
    })
  }

  /** Keeps memory, processors and disk under a name, and goes on from there: once, on a host made to be kept so. */
  async snapshot(name: string): Promise<void> {
    const { machine, slow } = this
    // What the last script left to be done would else be done again each time the host is brought back.
    await sleep(250 * slow)
    const kept = { frozen: await this.reach(() => freeze(machine)), machine }
    this.kept.set(name, kept)
    await this.goOnFrom(kept)
  }

  /** Brings everything back as it was, but for the clock, which is now, and the console, which goes on. */
  async restore(name: string): Promise<void> {
    const kept = this.keptAs(name)
    await this.machine.end()
    const { standby } = kept
    kept.standby = undefined
    await this.goOnFrom(kept, await standby)
  }

  /** Another host that goes on from a kept state, beside this one, which has to outlive it. */
  async fork(name: string, own: Pick<ProvisionOptions, 'logDir' | 'progress' | 'signal'>): Promise<QemuHost> {
    const { frozen } = this.keptAs(name)
    const options = { ...this.options, ...own }
    const host = new QemuHost(await forkFrom(frozen, options), this.capabilities, options)
    host.kept.set(name, { frozen })
    this.beside.push(host)
    host.beside.push(this)
    try {
      await host.arrive()
      return host
    } catch (error) {
      await host[Symbol.asyncDispose]()
      throw error
    }
  }

  private keptAs(name: string): Kept {
    const kept = this.kept.get(name)
    if (!kept) throw new LabError('host', `no state of ${this.name} is kept as ${name}`)
    return kept
  }

  /** Makes ready what is likely to be asked for next, while this machine works: see `standbyFrom`. */
  private prepareToRestore(): void {
    // A kept machine would be left with a second one, that nobody knows of.
    if (this.disposed || this.options.keep || this.beside.some(({ disposed }) => !disposed)) return
    for (const kept of this.kept.values())
      kept.standby ??= standbyFrom(this.ownConsole(kept), this.options).catch(() => undefined)
  }

  // To a reader it is one host: its console goes on where it was.
  private readonly ownConsole = ({ frozen }: Kept): Frozen => ({ ...frozen, console: this.machine.consoleFile })

  private async goOnFrom(kept: Kept, standby?: Machine): Promise<void> {
    const machine = (standby && (await goOn(standby))) ?? (await forkFrom(this.ownConsole(kept), this.options))
    // Disposed of meanwhile, there is nobody left to end it.
    if (this.disposed) await machine.end()
    this.machine = machine
    this.guest = new Guest(machine.runner, this.slow)
    await this.arrive()
  }

  /** Meets the guest again after a jump in its time: it answers, in the present. */
  arrive(): Promise<void> {
    return this.guest.present()
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
      for (const kept of this.kept.values()) {
        await (await kept.standby)?.end()
        await kept.machine?.end()
      }
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
