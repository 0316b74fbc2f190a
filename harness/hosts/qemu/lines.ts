import { connect, type Socket } from 'node:net'
import { LabError } from '../../lib/errors.ts'

/** Opens a unix socket. */
export function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

// Both talk in lines of some hundred bytes, but a guest has its own agent.
const longest = 16 * 2 ** 20

/** Calls `line` for each line of JSON from a socket; skips lines that are not JSON. Ends a line that has no end. */
export function readJsonLines(socket: Socket, line: (message: Record<string, unknown>) => void): void {
  let parts: Buffer[] = []
  let kept = 0
  socket.on('data', (chunk: Buffer) => {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end))
      from = end + 1
      const whole = Buffer.concat(parts)
      parts = []
      kept = 0
      // A guest agent marks a synchronised answer with 0xff. What comes before it belongs to an earlier connection.
      const text = whole.subarray(whole.lastIndexOf(0xff) + 1).toString('utf8')
      if (!text.trim()) continue
      try {
        line(JSON.parse(text) as Record<string, unknown>)
      } catch {
        // Half a message, cut by a reboot.
      }
    }
    if (from === chunk.length) return
    parts.push(chunk.subarray(from))
    kept += chunk.length - from
    if (kept > longest) socket.destroy(new LabError('host', `a line of more than ${longest / 2 ** 20} MB`))
  })
}

/** The error in an answer of QMP or the guest agent, which have the same format. */
export function refusal(what: string, error: unknown): LabError {
  const { class: kind, desc } = error as { class?: string; desc?: string }
  return new LabError('host', `${what}: ${desc ?? kind ?? 'refused'}`, { facts: { kind } })
}
