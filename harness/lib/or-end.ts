/**
 * Does `work`, which makes something: where it fails, `end` has taken that away before this rejects. An interruption calls
 * `end` at once, for the work to fail on, and is then what this rejects with; so `end` may be called twice.
 */
export async function orEnd<T>(signal: AbortSignal, end: () => PromiseLike<void>, work: () => Promise<T>): Promise<T> {
  const abort = (): void => void end()
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    return await work()
  } catch (error) {
    await end()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
