import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { within } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'

/** A connection to a process on a guest. */
export interface Link {
  input: Writable
  output: Readable
  /** Resolves when the connection is gone, with what is known of why. */
  gone: Promise<string>
  /** Lets go of the process. */
  close(): void
}

/** The connection that is a process here: it ends with it. */
export function linkOver(child: ChildProcessWithoutNullStreams): Link {
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  const closed = new Promise((resolve) => child.on('close', resolve))
  const gone = new Promise((resolve) => child.on('exit', resolve).on('error', resolve))
    // What it said last comes before it closes; but others may hold its pipes open.
    .then(() => within(500, closed))
    .then(() => clean(said).trim() || 'it said nothing')
  return {
    input: child.stdin,
    output: child.stdout,
    gone,
    close() {
      child.stdin.destroy()
      child.kill('SIGKILL')
    },
  }
}
