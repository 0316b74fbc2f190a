import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { LabError } from '../lib/errors.ts'

export interface Lock {
  release(): Promise<void>
}

/**
 * Holds a file's lock, or returns undefined when another process has it. The kernel keeps it for a small child whose
 * input is this process: however this process ends, the input closes and the lock is free. So no lock is ever stale.
 */
export async function tryLock(file: string): Promise<Lock | undefined> {
  return hold(['--nonblock', '--conflict-exit-code', '75', file])
}

/** Holds a file's lock, waiting for whoever has it. */
export async function waitForLock(file: string, signal: AbortSignal): Promise<Lock> {
  const lock = await hold([file], signal)
  signal.throwIfAborted()
  if (!lock) throw new LabError('image', `no lock on ${file}`)
  return lock
}

async function hold(args: string[], signal?: AbortSignal): Promise<Lock | undefined> {
  // A session of its own: Ctrl-C must not free the lock while this process is still tidying up.
  const child = spawn('flock', ['--exclusive', ...args, 'sh', '-c', 'echo held; exec cat >&2'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = once(child, 'exit').catch(() => undefined)
  // `flock` waits with the file open; the whole group goes, or its child would keep the lock.
  const stop = (): void => {
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  }
  signal?.addEventListener('abort', stop, { once: true })
  const held = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)])
  signal?.removeEventListener('abort', stop)
  if (!held) return undefined
  child.unref()
  return {
    async release() {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}
