import type { Host, Provider } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

/** Holds the host of a run: one after the other, and no more once it is closed. */
export class HostSlot {
  host: Host | undefined
  readonly #ending = new AbortController()
  readonly #above: AbortSignal
  readonly #abort = (): void => this.#ending.abort(this.#above.reason)
  // A host that is being made.
  #coming: Promise<Host | undefined> = Promise.resolve(undefined)
  #isStopped = false

  /** `signal` is that of the whole run. */
  constructor(signal: AbortSignal) {
    this.#above = signal
    signal.addEventListener('abort', this.#abort, { once: true })
    if (signal.aborted) this.#abort()
  }

  /** Aborted when the whole run is, or when what is done with this host is given up. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /** Makes a host and holds it. Rejects, too, where it has come too late: `close` ends it then. */
  async take(make: () => Promise<Host>): Promise<void> {
    this.signal.throwIfAborted()
    if (this.#isStopped) throw new LabError('interrupted', 'nobody waits for another host')
    const making = make()
    this.#coming = making.catch(() => undefined)
    this.host = await making
    this.signal.throwIfAborted()
  }

  /** Takes no other host from now on. */
  stop(): void {
    this.#isStopped = true
  }

  /** Ends the host, and one that is still to come. Given up, what is done with it need not come to its end. */
  async close({ givenUp = false } = {}): Promise<void> {
    this.stop()
    this.#above.removeEventListener('abort', this.#abort)
    if (givenUp) this.#ending.abort(new LabError('interrupted', 'another fix has broken the run'))
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
