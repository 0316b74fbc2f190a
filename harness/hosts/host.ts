import type { BuildOptions } from '../images/cache.ts'
import type { Capability } from '../scenario/terms.ts'

export { type Capability, capabilities } from '../scenario/terms.ts'

/** The outcome of one command on a host. `code` is 128 + signal if a signal ended it. */
export interface ExecResult {
  code: number
  stdout: string
  stderr: string
  durationMs: number
}

export interface ExecOptions {
  /** Text for standard input, empty by default. */
  input?: string
  /**
   * Milliseconds on fast hardware; a slow (emulated) host multiplies them. After that the command is killed on the
   * host, and the result has code 124, as from timeout(1). Default 60 000.
   */
  deadlineMs?: number
}

/**
 * A Linux host under test, with systemd, dockerd and root. Control never goes through the network under test. Every
 * method rejects with LabError `host` when the host itself is lost; a command that fails is a result, not an error.
 */
export interface Host extends AsyncDisposable {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  /**
   * Runs a POSIX sh script as root. A slow host exports PATIENCE: the seconds to wait for an answer from the network.
   */
  exec(script: string, options?: ExecOptions): Promise<ExecResult>
  /** Writes a file on the host, and creates its folders. `mode` is octal, default 0o644. */
  put(path: string, content: string | Uint8Array, mode?: number): Promise<void>
  /** Reads a file from the host. */
  get(path: string): Promise<Uint8Array>
  /** Reboots and resolves once a new boot_id answers and systemd has settled. */
  reboot(): Promise<void>
  /** What the host has printed on its console so far. */
  console(): Promise<string>
  /** Whether the kernel has killed on it for want of memory; absent where the console has the kernel's messages. */
  ranOutOfMemory?(): Promise<boolean>
  /** Connects this terminal to a root shell on the host; resolves when the person leaves it. */
  shell(): Promise<void>
  /** Destroys the host and everything it left on this machine. Logs errors, never throws. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Work that is done on every new host of a cell. */
export interface Preparation {
  /** A hash of everything that the work depends on. */
  key: string
  make(host: Host): Promise<void>
}

/** The options for a new host. */
export interface ProvisionOptions {
  /** The image's name, a folder of images/. */
  image: string
  /** The folder for this host's console and journal. */
  logDir: string
  /** One line of progress for people. */
  progress: (line: string) => void
  signal: AbortSignal
  /** Prepares the host before it is returned; a provider may do it once and save the result. */
  prepare?: Preparation
  /** Uses no saved state: every host boots from its disk and is prepared. */
  cold?: boolean
  /** Called with each image or machine that comes from the cache, and the ms that building it took. */
  saved?: BuildOptions['saved']
  /** The host will be snapshotted and restored. */
  snapshots?: boolean
  /** More such hosts will follow: the provider may keep what speeds them up until it is closed. */
  more?: boolean
  /** The host may outlive the harness: `npm run down` then ends it. */
  keep?: boolean
}

/** Makes hosts. */
export interface Provider {
  readonly name: 'container' | 'qemu' | 'vagrant' | 'fake'
  readonly capabilities: ReadonlySet<Capability>
  /** The relative cost of a host. The cheapest provider that satisfies a cell's needs is chosen. */
  readonly cost: number
  /** Why this provider cannot make hosts of this image here, or undefined. Cheap, and starts nothing. */
  unavailable(image: string): Promise<string | undefined>
  /** A new host, up and prepared. */
  provision(options: ProvisionOptions): Promise<Host>
  /** How hosts run here, for the record: `kvm`, `tcg`, `none`. */
  accelerator(): Promise<string>
  /** Saves the whole state of a host made with `snapshots`; only with the capability `snapshot`. */
  snapshot?(host: Host, name: string): Promise<void>
  /** Brings a host back to a saved state, with the present time on its clock. */
  restore?(host: Host, name: string): Promise<void>
  /** Another host, resumed from a saved state of this one. This one has to outlive it. */
  fork?(host: Host, name: string, options: Pick<ProvisionOptions, 'logDir' | 'progress' | 'signal'>): Promise<Host>
  /** Lets a host that was made with `keep` outlive the harness. */
  leave?(host: Host): Promise<void>
  /** Ends what the provider keeps for all its hosts. */
  close?(): Promise<void>
}

/** The needs that a provider does not meet, in their order. */
export const unmet = (needs: readonly Capability[], provider: Pick<Provider, 'capabilities'>): Capability[] =>
  needs.filter((need) => !provider.capabilities.has(need))
