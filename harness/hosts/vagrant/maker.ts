import { messageOf } from '../../lib/errors.ts'
import { orEnd } from '../../lib/or-end.ts'
import { duration } from '../../lib/text.ts'
import type { Provider, ProvisionOptions } from '../host.ts'
import type { Accelerator } from '../qemu/arguments.ts'
import type { Backend } from './backend.ts'
import { VagrantMachine } from './machine.ts'
import { Resting } from './resting.ts'
import { VagrantHost } from './vagrant-host.ts'

interface MakeOptions extends ProvisionOptions {
  /** How long `vagrant up` may take. */
  deadlineMs: number
}

/** Makes hosts on machines that Vagrant starts. A machine may rest between two hosts. */
export class Maker {
  private readonly resting = new Resting<VagrantMachine>()
  private readonly capabilities: Provider['capabilities']

  constructor(capabilities: Provider['capabilities']) {
    this.capabilities = capabilities
  }

  /** A host on a resting machine restored to a saved state, or else on a new machine. */
  async host(backend: Backend, accelerator: Accelerator, options: MakeOptions): Promise<VagrantHost> {
    const machine = mayRest(options) ? await this.resting.take(options.image) : undefined
    if (!machine) return this.onNew(backend, accelerator, options)
    try {
      return await this.onRested(machine, options)
    } catch (error) {
      options.signal.throwIfAborted()
      options.progress(`${options.image} could not be restored (${messageOf(error)}): starting another machine`)
      return this.onNew(backend, accelerator, options)
    }
  }

  close(): Promise<void> {
    return this.resting.close()
  }

  private async onNew(backend: Backend, accelerator: Accelerator, options: MakeOptions): Promise<VagrantHost> {
    const started = Date.now()
    const { image, progress, deadlineMs } = options
    progress(`vagrant up ${image} (${accelerator})`)
    const machine = await VagrantMachine.up(backend, accelerator, options, deadlineMs)
    return this.enter(machine, options, async (host) => {
      await host.awaitBoot()
      machine.upMs = Date.now() - started
      progress(`${image} is up (${accelerator}) after ${duration(machine.upMs)}`)
      if (mayRest(options)) await host.snapshot('up')
      machine.booted = await machine.consoleBytes()
      await prepare(machine, host, options)
      if (options.keep) progress(`to enter it: ${machine.wayIn}`)
    })
  }

  private onRested(machine: VagrantMachine, options: ProvisionOptions): Promise<VagrantHost> {
    const started = Date.now()
    const state = stateOf(options)
    const preparedMs = machine.prepared.get(state)
    return this.enter(machine, options, async (host) => {
      await host.restore(preparedMs === undefined ? 'up' : state, machine.booted)
      options.progress(`${options.image} is back after ${duration(Date.now() - started)}`)
      options.saved?.('ready', machine.upMs + (preparedMs ?? 0))
      if (preparedMs === undefined) await prepare(machine, host, options)
    })
  }

  /** A host on a machine, once that is ready. If it fails, nothing of the machine is left. */
  private enter(
    machine: VagrantMachine,
    options: ProvisionOptions,
    ready: (host: VagrantHost) => Promise<void>,
  ): Promise<VagrantHost> {
    const { signal } = options
    const end = (): Promise<void> => machine.end()
    const over = (): Promise<void> => (mayRest(options) && !signal.aborted ? this.resting.add(machine) : end())
    return orEnd(signal, end, async () => {
      const host = new VagrantHost(machine, this.capabilities, options, over)
      await ready(host)
      return host
    })
  }
}

// Saving a state takes seconds, so it is done only if more hosts follow.
const mayRest = ({ more, keep, cold }: ProvisionOptions): boolean => more === true && !keep && !cold

/** The name of the state after a preparation. */
const stateOf = ({ prepare }: ProvisionOptions): string => `prepared-${prepare?.key.slice(0, 12)}`

async function prepare(machine: VagrantMachine, host: VagrantHost, options: ProvisionOptions): Promise<void> {
  const started = Date.now()
  await options.prepare?.make(host)
  if (!options.prepare || !mayRest(options)) return
  const tookMs = Date.now() - started
  await host.snapshot(stateOf(options))
  machine.prepared.set(stateOf(options), tookMs)
}
