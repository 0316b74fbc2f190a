/**
 * Does `work`, which makes something. If it fails, `end` removes that before this rejects. An interruption calls `end` at
 * once, so that the work fails, and then rejects with the signal's reason. So `end` may be called twice.
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
