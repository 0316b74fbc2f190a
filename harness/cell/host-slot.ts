import type { Host, Provider } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

/** Holds the host of a run: one at a time, and none after `close`. */
export class HostSlot {
  host: Host | undefined
  readonly #ending = new AbortController()
  readonly #above: AbortSignal
  readonly #abort = (): void => this.#ending.abort(this.#above.reason)
  // A host that is being provisioned.
  #coming: Promise<Host | undefined> = Promise.resolve(undefined)
  #isStopped = false

  /** `signal` is that of the whole run. */
  constructor(signal: AbortSignal) {
    this.#above = signal
    signal.addEventListener('abort', this.#abort, { once: true })
    if (signal.aborted) this.#abort()
  }

  /** Aborted with the whole run, or when the work on this host is abandoned. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /** Provisions a host and holds it. Rejects if the host comes too late; `close` then ends it. */
  async take(make: () => Promise<Host>): Promise<void> {
    this.signal.throwIfAborted()
    if (this.#isStopped) throw new LabError('interrupted', 'the run takes no more hosts')
    const provisioning = make()
    this.#coming = provisioning.catch(() => undefined)
    this.host = await provisioning
    this.signal.throwIfAborted()
  }

  /** Refuses further hosts. */
  stop(): void {
    this.#isStopped = true
  }

  /** Ends the host, and one that is still being provisioned. `abandoned` also aborts the work on it. */
  async close({ abandoned = false } = {}): Promise<void> {
    this.stop()
    this.#above.removeEventListener('abort', this.#abort)
    if (abandoned) this.#ending.abort(new LabError('interrupted', 'another fix broke the run'))
    await this.host?.[Symbol.asyncDispose]()
    await (await this.#coming)?.[Symbol.asyncDispose]()
  }

  /** Leaves the host alive when the harness ends. */
  async leave(provider: Provider): Promise<void> {
    this.stop()
    this.#above.removeEventListener('abort', this.#abort)
    if (this.host) await provider.leave?.(this.host)
  }
}
