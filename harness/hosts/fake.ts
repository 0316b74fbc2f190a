import { LabError } from '../lib/errors.ts'
import type { Capability, ExecOptions, ExecResult, Host, Provider } from './host.ts'

/** A fake host's answer to a script; undefined means success without output. */
export type Respond = (script: string, host: FakeHost) => Partial<ExecResult> | undefined

/** A host for unit specs: it runs nothing, records every script, and answers through `respond`. */
export class FakeHost implements Host {
  readonly name = 'fake'
  readonly capabilities: ReadonlySet<Capability>
  readonly files = new Map<string, Uint8Array>()
  readonly scripts: string[] = []
  /** What a spec's fault has done to this host. */
  state = 'healthy'
  boots = 1
  consoleText = 'fake console'
  disposed = false
  private readonly respond: Respond
  readonly serial: number

  constructor(
    respond: Respond,
    capabilities: readonly Capability[] = ['systemd', 'docker', 'reboot', 'own-kernel'],
    serial = 0,
  ) {
    this.respond = respond
    this.capabilities = new Set(capabilities)
    this.serial = serial
  }

  /** Unique, as on real hosts. */
  get bootId(): string {
    return `${this.serial}-${this.boots}`
  }

  async exec(script: string, _options?: ExecOptions): Promise<ExecResult> {
    if (this.disposed) throw new LabError('host', 'the fake host is gone')
    this.scripts.push(script)
    return { code: 0, stdout: '', stderr: '', durationMs: 1, ...(this.respond(script, this) ?? byItself(script)) }
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    this.files.set(path, typeof content === 'string' ? Buffer.from(content) : content)
  }

  async get(path: string): Promise<Uint8Array> {
    const content = this.files.get(path)
    if (!content) throw new LabError('host', `no file ${path} on the fake host`)
    return content
  }

  async reboot(): Promise<void> {
    this.boots += 1
    this.respond('reboot', this)
  }

  async console(): Promise<string> {
    return this.consoleText
  }

  async shell(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true
  }
}

/** The answer to a script that any shell gives, whatever the host: the lab calibrates its judges by such. */
function byItself(script: string): Partial<ExecResult> {
  if (script === 'kill -SEGV $$') return { code: 139 }
  const [, word, rest = ''] = /^(echo|exit) (\w+)$/.exec(script) ?? []
  return word === 'echo' ? { stdout: `${rest}\n` } : word === 'exit' ? { code: Number(rest) } : {}
}

/** The saved state of a fake host. */
type KeptState = Pick<FakeHost, 'state' | 'boots' | 'consoleText'> & { files: ReadonlyMap<string, Uint8Array> }

/** A provider of fake hosts; `made` has every host it made. With `states` it can snapshot, restore and fork them. */
export function fakeProvider(respond: Respond, { states = false } = {}): Provider & { made: FakeHost[] } {
  const made: FakeHost[] = []
  const kept = new WeakMap<Host, KeptState>()
  const restore = async (host: FakeHost, { files, ...fields }: KeptState): Promise<void> => {
    Object.assign(host, fields)
    host.files.clear()
    for (const [path, content] of files) host.files.set(path, content)
  }
  const withStates: Partial<Provider> = {
    snapshot: async (host) => {
      const { state, boots, consoleText, files } = host as FakeHost
      kept.set(host, { state, boots, consoleText, files: new Map(files) })
    },
    restore: (host) => restore(host as FakeHost, kept.get(host)!),
    fork: async (host) => {
      const fork = new FakeHost(respond, undefined, (host as FakeHost).serial)
      made.push(fork)
      kept.set(fork, kept.get(host)!)
      await restore(fork, kept.get(host)!)
      return fork
    },
  }
  return {
    ...(states && withStates),
    name: 'fake',
    capabilities: new Set(['systemd', 'docker', 'reboot', 'own-kernel']),
    cost: 0,
    made,
    unavailable: async () => undefined,
    accelerator: async () => 'none',
    provision: async ({ prepare }) => {
      const host = new FakeHost(respond, undefined, made.length)
      made.push(host)
      await prepare?.make(host)
      return host
    },
  }
}
