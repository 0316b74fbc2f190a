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

/** Calls `line` for each line of JSON a socket brings; noise that is no JSON is passed over. */
export function readJsonLines(socket: Socket, line: (message: Record<string, unknown>) => void): void {
  let parts: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end))
      from = end + 1
      const whole = Buffer.concat(parts)
      parts = []
      // A guest agent marks a synchronised answer with 0xff: what stood before it is a leftover of another life.
      const text = whole.subarray(whole.lastIndexOf(0xff) + 1).toString('utf8')
      if (!text.trim()) continue
      try {
        line(JSON.parse(text) as Record<string, unknown>)
      } catch {
        // Half a message, cut by a reboot.
      }
    }
    if (from < chunk.length) parts.push(chunk.subarray(from))
  })
}

/** The error of a protocol's answer, as both QMP and the guest agent word it. */
export function refusal(what: string, error: unknown): LabError {
  const { class: kind, desc } = error as { class?: string; desc?: string }
  return new LabError('host', `${what}: ${desc ?? kind ?? 'refused'}`, { facts: { kind } })
}
