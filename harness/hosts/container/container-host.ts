import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { inWordsOf } from '../../images/family.ts'
import { LabError, messageOf } from '../../lib/errors.ts'
import { clean } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import { Runner, runnerProgram } from '../guest/runner.ts'
import type { Capability, ExecOptions, ExecResult, Host, ProvisionOptions } from '../host.ts'
import { linkInto } from './link.ts'
import { joinShell } from './terminal.ts'

/** A host that is a container. */
export class ContainerHost implements Host {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  readonly container: Dockerode.Container
  private readonly guest: Guest
  private readonly runner: Runner
  private readonly options: ProvisionOptions
  private readonly gone: (host: ContainerHost) => void
  private disposed: Promise<void> | undefined
  private isStarved = false
  private unwatch = (): void => undefined

  constructor(
    container: Dockerode.Container,
    capabilities: ReadonlySet<Capability>,
    options: ProvisionOptions,
    gone: (host: ContainerHost) => void,
  ) {
    this.name = options.image
    this.container = container
    this.capabilities = capabilities
    this.runner = new Runner(() => linkInto(container, ['perl', '-e', runnerProgram]))
    this.guest = new Guest(this.runner, 1)
    this.options = options
    this.gone = gone
  }

  /** The container's name in its engine. */
  get id(): string {
    return this.container.id
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
    throw new LabError('host', `${this.name} is a container; it has no kernel of its own to reboot`)
  }

  async console(): Promise<string> {
    const log = await this.container.logs({ stdout: true, stderr: true, follow: false })
    // A second terminal on the way doubles the carriage returns.
    return log.toString('utf8').replace(/\r+\n/g, '\n')
  }

  shell(): Promise<void> {
    return this.connected(() => joinShell(this.container))
  }

  /** Waits until systemd has settled and dockerd is up. `--wait` fails as long as systemd does not answer. */
  async awaitBoot(): Promise<void> {
    const { code, stdout } = await this.exec(
      `until systemctl is-system-running --wait 2>/dev/null | grep -qxE 'running|degraded|maintenance'; do sleep 0.05; done
systemctl is-active docker.service || { systemctl --no-pager --failed; journalctl -q --no-pager -n 20 -u docker.service; exit 1; }`,
      { deadlineMs: 60_000 },
    )
    if (code !== 0)
      throw new LabError('host', `dockerd did not start on ${this.name}`, {
        facts: { code, stdout: stdout.slice(-2000), console: clean(await this.console()).slice(-1500) },
      })
  }

  async ranOutOfMemory(): Promise<boolean> {
    return this.isStarved
  }

  /** Listens to what the engine reports of its memory: its state has that only once it has ended. */
  async watchMemory(docker: Dockerode): Promise<void> {
    const events = await docker.getEvents({ filters: { container: [this.id], event: ['oom'] } })
    events
      .on('error', () => undefined)
      .on('data', () => {
        this.isStarved = true
      })
    this.unwatch = () => (events as Readable).destroy()
  }

  private async isRunning(): Promise<boolean> {
    return (await this.container.inspect()).State.Running
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed ??= this.finish()
    return this.disposed
  }

  private async finish(): Promise<void> {
    const { container, options } = this
    try {
      await this.saveLogs()
    } catch (error) {
      options.progress(`the logs of ${this.name} could not be saved: ${messageOf(error)}`)
    }
    this.runner.close()
    try {
      await container.remove({ force: true, v: true })
    } catch (error) {
      options.progress(`${this.name} could not be removed: ${messageOf(error)}`)
    }
    this.unwatch()
    this.gone(this)
  }

  private async saveLogs(): Promise<void> {
    await mkdir(this.options.logDir, { recursive: true })
    const save = (name: string, text: string): Promise<void> => writeFile(join(this.options.logDir, name), clean(text))
    await save('console.log', await this.console())
    if (!(await this.isRunning())) return
    const script = 'journalctl --boot --output short-precise --no-pager | tail -c 4000000'
    const journal = await this.guest.exec(script, { deadlineMs: 20_000 })
    await save('journal.txt', journal.stdout)
  }

  // Where the container has ended, the error names that, with the end of the console.
  private async connected<T>(verb: () => Promise<T>): Promise<T> {
    if (this.disposed) throw new LabError('host', `${this.name} has been removed`)
    try {
      return await verb()
    } catch (error) {
      const state = await this.container.inspect().then(
        ({ State }) => State,
        () => undefined,
      )
      if (state?.Running && error instanceof LabError) throw error
      const how = state?.Running ? 'does not answer' : `has ended (exit ${state?.ExitCode ?? 'unknown'})`
      const tail = clean(await this.console().catch(() => ''))
        .trim()
        .split('\n')
        .slice(-8)
        .join('\n')
      throw new LabError('host', `the host ${how}${tail && `; its console ends with:\n${tail}`}`, { cause: error })
    }
  }
}
