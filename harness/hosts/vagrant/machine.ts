import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { orEnd } from '../../lib/or-end.ts'
import type { ProvisionOptions } from '../host.ts'
import { slowness } from '../qemu/accelerator.ts'
import type { Accelerator } from '../qemu/arguments.ts'
import type { Backend } from './backend.ts'
import { Ssh } from './ssh.ts'
import { Vagrant } from './vagrant-cli.ts'
import { consoleOf, makeWorkspace, type Workspace } from './workspace.ts'

/** A machine that Vagrant has started. Several hosts may use it in turn, each from a saved state. */
export class VagrantMachine {
  readonly image: string
  /** Multiplies every deadline. */
  readonly slow: number
  /** How many ms it took to start, where that state is saved. */
  upMs = 0
  /** How many ms each saved preparation took, by the name of its state. */
  readonly prepared = new Map<string, number>()
  /** The console's output while it started; it is part of the console of every host on it. */
  booted: Buffer = Buffer.alloc(0)
  private readonly workspace: Workspace
  private readonly consoleFile: string | undefined

  private constructor(image: string, workspace: Workspace, slow: number, consoleFile: string | undefined) {
    this.image = image
    this.workspace = workspace
    this.slow = slow
    this.consoleFile = consoleFile
  }

  /** Starts a machine. If that fails, nothing of it is left. */
  static async up(
    backend: Backend,
    accelerator: Accelerator,
    options: ProvisionOptions,
    deadlineMs: number,
  ): Promise<VagrantMachine> {
    const { image, logDir, signal } = options
    const consoleFile = backend === 'virtualbox' ? undefined : consoleOf(logDir)
    if (consoleFile) await rm(consoleFile, { force: true })
    const workspace = await makeWorkspace(backend, accelerator, options)
    const machine = new VagrantMachine(image, workspace, slowness(accelerator), consoleFile)
    const end = (): Promise<void> => machine.end()
    return orEnd(signal, end, async () => {
      const vagrant = machine.vagrant(options)
      await vagrant.run(['up', image, '--provider', workspace.env.VAGRANT_DEFAULT_PROVIDER!], { deadlineMs })
      const messages = await vagrant.run(['ssh-config', image], { deadlineMs: 60_000 })
      await writeFile(machine.config, messages.find(({ type }) => type === 'ssh-config')?.data.join(',') ?? '')
      return machine
    })
  }

  /** The vagrant command for this machine. */
  vagrant({ logDir, progress, signal }: ProvisionOptions): Vagrant {
    return new Vagrant({ ...this.workspace, logFile: join(logDir, 'vagrant.log'), progress, signal })
  }

  /** An ssh connection to this machine. */
  ssh({ signal }: ProvisionOptions): Ssh {
    const { workspace, config, slow, image } = this
    return new Ssh({
      wrapper: workspace.wrapper,
      config,
      host: image,
      socket: join(workspace.sockets, 'ssh'),
      slow,
      signal,
    })
  }

  /** The command by which people can log in. */
  get wayIn(): string {
    return [...this.workspace.wrapper, 'ssh', '-F', this.config, this.image].join(' ')
  }

  /** The content of its console file; empty where it has none. libvirt empties it when it restores a state. */
  async consoleBytes(): Promise<Buffer> {
    return this.consoleFile && existsSync(this.consoleFile) ? readFile(this.consoleFile) : Buffer.alloc(0)
  }

  /** Whether its console is written to a file. */
  get hasConsole(): boolean {
    return this.consoleFile !== undefined
  }

  /** Leaves a kept machine running after the harness. */
  leave(): void {
    this.workspace.leave()
  }

  /** Ends it and removes everything that was made for it. */
  async end(): Promise<void> {
    await this.workspace.end()
    if (this.consoleFile) await rm(this.consoleFile, { force: true })
  }

  private get config(): string {
    return join(this.workspace.sockets, 'ssh-config')
  }
}
