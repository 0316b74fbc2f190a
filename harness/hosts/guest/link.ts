import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { within } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'

/** A connection to a process on a guest. */
export interface Link {
  input: Writable
  output: Readable
  /** Resolves with the reason when the connection is lost. */
  gone: Promise<string>
  /** Ends the connection. */
  close(): void
}

/** A connection through a local process; it ends with that process. */
export function linkOver(child: ChildProcessWithoutNullStreams): Link {
  const words = lastWords(child.stderr)
  const closed = new Promise((resolve) => child.on('close', resolve))
  const gone = new Promise((resolve) => child.on('exit', resolve).on('error', resolve))
    // Its last output comes before its pipes close, but other processes may hold them open.
    .then(() => within(500, closed))
    .then(words)
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

/** The last words of a command's error output, for a message. */
export function lastWords(errors: Readable): () => string {
  let printed = ''
  errors.on('data', (chunk: Buffer) => {
    printed = `${printed}${chunk}`.slice(-2000)
  })
  return () => clean(printed).trim() || 'no output'
}
