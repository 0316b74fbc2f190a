import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { orEnd } from '../../lib/or-end.ts'
import type { ProvisionOptions } from '../host.ts'
import { slowness } from '../qemu/accelerator.ts'
import type { Accelerator } from '../qemu/arguments.ts'
import type { Backend } from './backend.ts'
import { consoleOf, makePlace, type Place } from './place.ts'
import { Ssh } from './ssh.ts'
import { Vagrant } from './vagrant-cli.ts'

/** A machine that Vagrant has brought up. One host after another may live on it, each from a kept state. */
export class VagrantMachine {
  readonly image: string
  /** Multiplies every deadline. */
  readonly slow: number
  /** How long it took to come up, in ms, where that state is kept. */
  upMs = 0
  /** The ms that each preparation took whose outcome is kept, by the name it is kept under. */
  readonly prepared = new Map<string, number>()
  /** What its console said while it came up: every host on it has booted so. */
  booted: Buffer = Buffer.alloc(0)
  private readonly place: Place
  private readonly consoleFile: string | undefined

  private constructor(image: string, place: Place, slow: number, consoleFile: string | undefined) {
    this.image = image
    this.place = place
    this.slow = slow
    this.consoleFile = consoleFile
  }

  /** Brings a machine up. Nothing of it is left where that fails. */
  static async up(
    backend: Backend,
    accelerator: Accelerator,
    options: ProvisionOptions,
    deadlineMs: number,
  ): Promise<VagrantMachine> {
    const { image, logDir, signal } = options
    const consoleFile = backend === 'virtualbox' ? undefined : consoleOf(logDir)
    if (consoleFile) await rm(consoleFile, { force: true })
    const place = await makePlace(backend, accelerator, options)
    const machine = new VagrantMachine(image, place, slowness(accelerator), consoleFile)
    const end = (): Promise<void> => machine.end()
    return orEnd(signal, end, async () => {
      const vagrant = machine.vagrant(options)
      await vagrant.run(['up', image, '--provider', place.env.VAGRANT_DEFAULT_PROVIDER!], { deadlineMs })
      const messages = await vagrant.run(['ssh-config', image], { deadlineMs: 60_000 })
      await writeFile(machine.config, messages.find(({ type }) => type === 'ssh-config')?.data.join(',') ?? '')
      return machine
    })
  }

  /** The command that speaks of it, for the host that lives on it. */
  vagrant({ logDir, progress, signal }: ProvisionOptions): Vagrant {
    return new Vagrant({ ...this.place, logFile: join(logDir, 'vagrant.log'), progress, signal })
  }

  /** A way into it, for the host that lives on it. */
  ssh({ signal }: ProvisionOptions): Ssh {
    const { place, config, slow, image } = this
    return new Ssh({ reach: place.reach, config, host: image, socket: join(place.sockets, 'ssh'), slow, signal })
  }

  /** For people who want to go in by themselves. */
  get wayIn(): string {
    return [...this.place.reach, 'ssh', '-F', this.config, this.image].join(' ')
  }

  /** What stands in the file of its console; nothing where it has none. libvirt empties it with each kept state it takes up. */
  async consoleBytes(): Promise<Buffer> {
    return this.consoleFile && existsSync(this.consoleFile) ? readFile(this.consoleFile) : Buffer.alloc(0)
  }

  /** Whether it has one that is written down. */
  get hasConsole(): boolean {
    return this.consoleFile !== undefined
  }

  /** Lets it, made to be kept, outlive the harness. */
  leave(): void {
    this.place.leave()
  }

  /** Ends it, and removes all that was made for it. */
  async end(): Promise<void> {
    await this.place.end()
    if (this.consoleFile) await rm(this.consoleFile, { force: true })
  }

  private get config(): string {
    return join(this.place.sockets, 'ssh-config')
  }
}
