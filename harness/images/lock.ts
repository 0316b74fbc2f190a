import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { LabError } from '../lib/errors.ts'

export interface Lock {
  release(): Promise<void>
}

/**
 * Takes a file's lock; undefined if another process has it. A small child process holds the lock and reads from this
 * process. However this process ends, the child's input closes and the lock is released, so no lock is ever stale.
 */
export async function tryLock(file: string): Promise<Lock | undefined> {
  return hold(['--nonblock', '--conflict-exit-code', '75', file])
}

/** Waits for a file's lock and takes it. */
export async function waitForLock(file: string, signal: AbortSignal): Promise<Lock> {
  const lock = await hold([file], signal)
  signal.throwIfAborted()
  if (!lock) throw new LabError('image', `no lock on ${file}`)
  return lock
}

async function hold(args: string[], signal?: AbortSignal): Promise<Lock | undefined> {
  // In a session of its own, so that Ctrl-C does not release the lock while this process still cleans up.
  const child = spawn('flock', ['--exclusive', ...args, 'sh', '-c', 'echo held; exec cat >&2'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = once(child, 'exit').catch(() => undefined)
  // The whole process group ends, because a child of `flock` would keep the lock.
  const stop = (): void => {
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  }
  signal?.addEventListener('abort', stop, { once: true })
  const held = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)])
  signal?.removeEventListener('abort', stop)
  if (!held) return undefined
  // A lock that is never released, because of an error, may not keep this process from its end.
  child.unref()
  for (const end of [child.stdin, child.stdout]) (end as Socket).unref()
  return {
    async release() {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}
