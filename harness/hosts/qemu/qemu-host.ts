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

type Options = ProvisionOptions & { accelerator: Accelerator }

/** A saved state of a host. */
interface Kept {
  frozen: Frozen
  /** The machine in whose folder the state is, if this host has to end it. */
  machine?: Machine
  /** The next machine that resumes from it; undefined if it could not be made. */
  standby?: Promise<Machine | undefined> | undefined
}

/** A host on a QEMU machine. Each time it is restored, it gets another machine. */
export class QemuHost implements Host {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  private machine: Machine
  private readonly options: Options
  /** Multiplies every deadline. */
  private readonly slow: number
  private readonly kept = new Map<string, Kept>()
  /** Hosts forked from the same state: while they live, the processors have enough to do. */
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

  /** The unix socket of the second console, which has a root shell. */
  get shellSocket(): string {
    return this.machine.shellSocket
  }

  async exec(script: string, options?: ExecOptions): Promise<ExecResult> {
    const result = await this.attempt(() => this.guest.exec(script, options))
    // Only after the answer, so that the first script has the processors to itself.
    this.prepareToRestore()
    return result
  }

  put(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    return this.attempt(() => this.guest.put(path, content, mode))
  }

  get(path: string): Promise<Uint8Array> {
    return this.attempt(() => this.guest.get(path))
  }

  async reboot(): Promise<void> {
    const after = await this.attempt(() => this.guest.bootId())
    await this.attempt(() => this.guest.goDown('reboot'))
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

  /** Saves memory, processors and disk under a name, and resumes from there. Works once, on a host made for it. */
  async snapshot(name: string): Promise<void> {
    const { machine, slow } = this
    // Lets the last script's background work end; otherwise each restore would repeat it.
    await sleep(250 * slow)
    const kept = { frozen: await this.attempt(() => freeze(machine)), machine }
    this.kept.set(name, kept)
    await this.goOnFrom(kept)
  }

  /** Brings back the saved state. The clock shows the present time, and the console continues. */
  async restore(name: string): Promise<void> {
    const kept = this.keptAs(name)
    await this.machine.end()
    const { standby } = kept
    kept.standby = undefined
    await this.goOnFrom(kept, await standby)
  }

  /** Another host, resumed from a saved state of this one. This one has to outlive it. */
  async fork(name: string, own: Pick<ProvisionOptions, 'logDir' | 'progress' | 'signal'>): Promise<QemuHost> {
    const { frozen } = this.keptAs(name)
    const options = { ...this.options, ...own }
    const host = new QemuHost(await forkFrom(frozen, options), this.capabilities, options)
    host.kept.set(name, { frozen })
    this.beside.push(host)
    host.beside.push(this)
    return host.arrived()
  }

  private keptAs(name: string): Kept {
    const kept = this.kept.get(name)
    if (!kept) throw new LabError('host', `${this.name} has no saved state ${name}`)
    return kept
  }

  /** Prepares the machine that is probably needed next, while this one works: see `standbyFrom`. */
  private prepareToRestore(): void {
    // Beside a kept machine, a standby would stay as well, unknown to anyone.
    if (this.disposed || this.options.keep || this.beside.some(({ disposed }) => !disposed)) return
    for (const kept of this.kept.values())
      kept.standby ??= standbyFrom(this.ownConsole(kept), this.options).catch(() => undefined)
  }

  // For a reader it is one host, so its console continues in the same file.
  private readonly ownConsole = ({ frozen }: Kept): Frozen => ({ ...frozen, console: this.machine.consoleFile })

  private async goOnFrom(kept: Kept, standby?: Machine): Promise<void> {
    const machine = (standby && (await goOn(standby))) ?? (await forkFrom(this.ownConsole(kept), this.options))
    // If the host was disposed of meanwhile, nothing else would end the machine.
    if (this.disposed) await machine.end()
    this.machine = machine
    this.guest = new Guest(machine.runner, this.slow)
    await this.guest.present()
  }

  /** The host, once its resumed guest answers and has its clock in the present; a host that does not is ended. */
  async arrived(): Promise<this> {
    try {
      await this.guest.present()
      return this
    } catch (error) {
      await this[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Lets a machine that was made with `keep` outlive the harness. */
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

  // If the machine has ended, that is the error, with QEMU's last output.
  private async attempt<T>(verb: () => Promise<T>): Promise<T> {
    if (this.disposed) throw new LabError('host', `${this.name} has been removed`)
    try {
      return await verb()
    } catch (error) {
      if (this.machine.isAlive()) throw error
      throw await lost(this.machine, error)
    }
  }
}
