import type { Socket } from 'node:net'
import { LabError } from '../../lib/errors.ts'
import { open, readJsonLines, refusal } from './lines.ts'

type Data = Record<string, unknown>
type Waiting = { command: string; resolve: (value: unknown) => void; reject: (error: unknown) => void }

/** A client of QEMU's machine protocol: one command after another, answered in order. */
export class Qmp {
  private readonly socket: Socket
  private readonly waiting: Waiting[] = []
  private readonly listeners = new Set<(event: unknown, data: Data) => void>()

  private constructor(socket: Socket) {
    this.socket = socket
    readJsonLines(socket, (message) => {
      if ('event' in message) for (const listener of this.listeners) listener(message.event, message.data as Data)
      if (!('return' in message) && !('error' in message)) return
      const next = this.waiting.shift()
      if ('error' in message) next?.reject(refusal(`QEMU ${next?.command}`, message.error))
      else next?.resolve(message.return)
    })
    const lost = (): void => {
      for (const { command, reject } of this.waiting.splice(0))
        reject(new LabError('host', `QEMU ended before it answered ${command}`))
    }
    socket.on('close', lost).on('error', lost)
  }

  /** Connects to the protocol socket of a running QEMU. */
  static async connect(path: string): Promise<Qmp> {
    const qmp = new Qmp(await open(path))
    await qmp.call('qmp_capabilities')
    return qmp
  }

  /** Whether QEMU has ended, or the connection was closed. */
  get isClosed(): boolean {
    return this.socket.destroyed
  }

  call(command: string, args?: Record<string, unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(new LabError('host', `QEMU has ended: ${command} was not sent`))
      this.waiting.push({ command, resolve, reject })
      this.socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`)
    })
  }

  /** Resolves at the next such event of QEMU; without one, never. */
  heard(event: string, like: (data: Data) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listener = (seen: unknown, data: Data): void => {
        if (seen !== event || !like(data)) return
        this.listeners.delete(listener)
        resolve()
      }
      this.listeners.add(listener)
    })
  }

  close(): void {
    this.socket.destroy()
  }
}
