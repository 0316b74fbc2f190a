import { randomInt } from 'node:crypto'
import type { Socket } from 'node:net'
import { LabError } from '../../lib/errors.ts'
import { open, readJsonLines, refusal } from './lines.ts'

type Answer = (message: Record<string, unknown>) => void

/**
 * A client of qemu-guest-agent. The agent answers one request at a time, so calls queue here. Commands on the guest
 * still run side by side, because the agent only starts them.
 */
export class Agent {
  private readonly path: string
  private socket: Socket | undefined
  private answer: Answer | undefined
  private lost: ((error: Error) => void) | undefined
  private queue: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Sends one command to the agent. Rejects with LabError `host` if the agent refuses or does not answer in time. */
  call<T>(command: string, args: Record<string, unknown> | undefined, deadlineMs: number): Promise<T> {
    return this.next(async () => {
      if (!this.socket) await this.synchronise(deadlineMs)
      const message = await this.send({ execute: command, arguments: args }, deadlineMs, command, () => true)
      if ('error' in message) throw refusal(`guest agent ${command}`, message.error)
      return message.return as T
    })
  }

  /** Connects to the agent again, and makes sure that its answers belong to this connection. */
  sync(deadlineMs: number): Promise<void> {
    return this.next(() => this.synchronise(deadlineMs))
  }

  close(): void {
    const error = new LabError('host', 'the connection to the guest agent was closed')
    this.socket?.destroy()
    this.socket = undefined
    this.lost?.(error)
  }

  private next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work, work)
    this.queue = result.catch(() => undefined)
    return result
  }

  private async synchronise(deadlineMs: number): Promise<void> {
    this.close()
    const socket = await open(this.path)
    this.socket = socket
    const gone = (): void => {
      if (this.socket === socket) this.close()
    }
    socket.on('close', gone).on('error', gone)
    readJsonLines(socket, (message) => this.answer?.(message))
    const id = randomInt(1, 2 ** 31)
    // The leading 0xff makes the agent drop half a request that it may have read before.
    socket.write(Buffer.from([0xff]))
    const request = { execute: 'guest-sync-delimited', arguments: { id } }
    await this.send(request, deadlineMs, 'guest-sync', (message) => message.return === id)
  }

  private send(request: unknown, deadlineMs: number, what: string, mine: (m: Record<string, unknown>) => boolean) {
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        this.answer = undefined
        this.lost = undefined
      }
      const timer = setTimeout(() => {
        done()
        // A late answer would be taken for that of the next request: only a new connection is safe.
        this.close()
        reject(new LabError('host', `the guest agent did not answer ${what} in ${Math.round(deadlineMs / 1000)} s`))
      }, deadlineMs)
      this.answer = (message) => {
        if (!mine(message)) return
        done()
        resolve(message)
      }
      this.lost = (error) => {
        done()
        reject(error)
      }
      this.socket?.write(`${JSON.stringify(request)}\n`)
    })
  }
}
