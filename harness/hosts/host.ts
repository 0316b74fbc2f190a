import type { BuildOptions } from '../images/cache.ts'
import type { Capability } from '../scenario/terms.ts'

export { type Capability, capabilities } from '../scenario/terms.ts'

/** The outcome of one command on a host. `code` is 128+signal where a signal ended it. */
export interface ExecResult {
  code: number
  stdout: string
  stderr: string
  durationMs: number
}

export interface ExecOptions {
  /** Text for standard input; none means an empty one. */
  input?: string
  /**
   * Milliseconds on fast hardware; a slow (emulated) host multiplies them. Past it the command is killed on the host
   * and the result has code 124, as from timeout(1). Default 60 000.
   */
  deadlineMs?: number
}

/**
 * A Linux host under test, with systemd, dockerd and root. Control never passes through the network under test.
 * Every verb rejects with LabError `host` when the host itself is lost; a command that fails is a result, not an error.
 */
export interface Host extends AsyncDisposable {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  /** Runs a POSIX sh script as root. A slow host exports PATIENCE: seconds to wait for an answer of the network. */
  exec(script: string, options?: ExecOptions): Promise<ExecResult>
  /** Writes a file on the host (folders are made). `mode` is octal, default 0o644. */
  put(path: string, content: string | Uint8Array, mode?: number): Promise<void>
  /** Reads a file from the host. */
  get(path: string): Promise<Uint8Array>
  /** Reboots and resolves once a new boot_id answers and systemd has settled. */
  reboot(): Promise<void>
  /** What the host has printed on its console so far. */
  console(): Promise<string>
  /** Joins this terminal to a root shell on the host; resolves when the person leaves it. */
  shell(): Promise<void>
  /** Destroys the host and all it left on this machine. Logs, never throws. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Something done to every new host alike. */
export interface Preparation {
  /** The hash of all that decides on what it does. */
  key: string
  make(host: Host): Promise<void>
}

/** What a provider is told when it makes a host. */
export interface ProvisionOptions {
  /** The image's name, a folder of images/. */
  image: string
  /** Where console and journal of this host are kept. */
  logDir: string
  /** One line of progress for people. */
  progress: (line: string) => void
  signal: AbortSignal
  /** What is done to the host before it is handed out; a provider may do it once and keep the outcome. */
  prepare?: Preparation
  /** Nothing of an earlier host is used: every host boots, and is prepared, for itself. */
  cold?: boolean
  /** Called with each kept image or machine that is used, and the ms that making it took. */
  saved?: BuildOptions['saved']
  /** A state of it will be kept, and the host brought back to it. */
  snapshots?: boolean
  /** Others like this will be asked for: what brings them sooner may be kept until the provider is closed. */
  more?: boolean
  /** The host may be left alive when the harness ends: it is then not disposed of, but left to `npm run down`. */
  keep?: boolean
}

/** Something that makes hosts. */
export interface Provider {
  readonly name: 'container' | 'qemu' | 'vagrant' | 'fake'
  readonly capabilities: ReadonlySet<Capability>
  /** Relative cost of a host; the cheapest that satisfies a cell's needs is chosen. */
  readonly cost: number
  /** The reason why this provider cannot make this image here, or undefined. Cheap, and starts nothing. */
  unavailable(image: string): Promise<string | undefined>
  /** A new host, up and prepared. */
  provision(options: ProvisionOptions): Promise<Host>
  /** How hosts run here, for the record: `kvm`, `tcg`, `none`. */
  accelerator(): Promise<string>
  /** Keeps the whole state of a host that was asked for with `snapshots`; only with capability `snapshot`. */
  snapshot?(host: Host, name: string): Promise<void>
  /** Brings a host back to a kept state, clock included. */
  restore?(host: Host, name: string): Promise<void>
  /** Another host that goes on from a kept state, beside the one that it was kept of, which has to outlive it. */
  fork?(host: Host, name: string, options: Pick<ProvisionOptions, 'logDir' | 'progress' | 'signal'>): Promise<Host>
  /** Lets a host that was provisioned to be kept outlive the harness. */
  leave?(host: Host): Promise<void>
  /** Ends what the provider keeps for all its hosts. */
  close?(): Promise<void>
}

/** A deploy-time capability check: the needs that are not met, in the order they were asked. */
export const unmet = (needs: readonly Capability[], provider: Pick<Provider, 'capabilities'>): Capability[] =>
  needs.filter((need) => !provider.capabilities.has(need))
