import { spawn } from 'node:child_process'
import { LabError, messageOf } from '../lib/errors.ts'

/** How a program ended. `code` is undefined where a signal ended it. */
export interface Ended {
  code: number | undefined
  stdout: string
  stderr: string
  timedOut: boolean
}

const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Bytes of each stream. More is an error. */
const mostOutput = 64 * 2 ** 20

/**
 * Runs a program with an input, up to a deadline. Ctrl-C ends it and all that it started. Throws LabError `missing`
 * where the program is not installed, and `host` where it cannot run.
 */
export async function runScript(
  program: string,
  args: readonly string[],
  input: string,
  deadlineMs: number,
): Promise<Ended> {
  // A process group of its own: at the deadline, programs that the script started would otherwise keep its output open.
  const child = spawn(program, args, { detached: true, stdio: 'pipe' })
  let timedOut = false
  const end = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid) process.kill(-child.pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
  const timer = setTimeout(() => {
    timedOut = true
    end('SIGKILL')
  }, deadlineMs)
  const interrupted = (): void => end('SIGTERM')
  for (const signal of ending) process.once(signal, interrupted)
  try {
    // A program need not read all of its input.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const [stdout, stderr, code] = await Promise.all([
      gather(child.stdout, () => end('SIGKILL')),
      gather(child.stderr, () => end('SIGKILL')),
      new Promise<number | undefined>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (status) => resolve(status ?? undefined))
      }),
    ])
    return { code, stdout, stderr, timedOut }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new LabError('missing', `${program} is not installed`)
    throw error instanceof LabError ? error : new LabError('host', messageOf(error))
  } finally {
    clearTimeout(timer)
    for (const signal of ending) process.off(signal, interrupted)
  }
}

async function gather(stream: NodeJS.ReadableStream, stop: () => void): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of stream) {
    parts.push(part as Buffer)
    size += (part as Buffer).length
    if (size <= mostOutput) continue
    stop()
    throw new LabError('host', `the program printed more than ${mostOutput / 2 ** 20} MB`)
  }
  return Buffer.concat(parts).toString('utf8')
}
