import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { runnerProgram } from '../guest/runner.ts'
import type { Agent } from './agent.ts'
import { joinRunner } from './port.ts'
import { Qmp } from './qmp.ts'

describe('joining the process that runs scripts on a guest', () => {
  let dir: string
  let servers: Server[]
  let sockets: Socket[]
  let qmp: Qmp
  /** Whether the guest has its port open, after so many earlier queries. */
  let held: (queries: number) => boolean
  let started: unknown[]
  const agent = {
    async call(command: string, args: unknown) {
      started.push([command, args])
      held = () => true
      return { pid: 1 }
    },
  } as unknown as Agent

  const serve = async (name: string, meet: (socket: Socket) => void): Promise<string> => {
    const server = createServer((socket) => {
      sockets.push(socket)
      meet(socket)
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(join(dir, name), resolve))
    return join(dir, name)
  }
  const send = (message: unknown): boolean => sockets[0]!.write(`${JSON.stringify(message)}\n`)

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'port-'))
    ;[servers, sockets, started] = [[], [], []]
    let queries = 0
    const path = await serve('qmp', (socket) => {
      socket.on('data', (data) => {
        const { execute } = JSON.parse(String(data)) as { execute: string }
        const ports = () => [
          { label: 'shell', 'frontend-open': true },
          { label: 'runner', 'frontend-open': held(queries++) },
        ]
        send({ return: execute === 'query-chardev' ? ports() : {} })
      })
    })
    await serve('runner', () => undefined)
    qmp = await Qmp.connect(path)
  })
  afterEach(() => {
    qmp.close()
    for (const socket of sockets) socket.destroy()
    for (const server of servers) server.close()
    rmSync(dir, { recursive: true })
  })

  const joined = (resident: boolean) => joinRunner({ qmp, agent, socket: join(dir, 'runner'), resident, slow: 1 })

  it('finds the one in its memory, which a resumed machine reports after a moment', async () => {
    held = (queries) => queries > 3
    const link = await joined(true)
    expect(started).to.deep.equal([])
    link.close()
  })

  it('has the agent start one where there is none', async () => {
    for (const resident of [false, true]) {
      started = []
      held = () => false
      const link = await joined(resident)
      const arg = ['perl', '-e', runnerProgram, '/dev/virtio-ports/dockfault.runner']
      expect(started).to.deep.equal([['guest-exec', { path: '/usr/bin/setsid', arg }]])
      link.close()
    }
  })

  it('waits no longer than QEMU lives', async () => {
    held = () => false
    const waiting = joined(true).catch((error: Error) => error)
    for (const socket of sockets) socket.destroy()
    expect(((await waiting) as Error).message).to.match(/QEMU (has )?ended/)
  })

  it('notices that the guest closes the port, and that QEMU closes the connection', async () => {
    held = () => true
    const first = await joined(false)
    const event = (id: string, open: boolean) => ({ event: 'VSERPORT_CHANGE', data: { id, open } })
    let gone = ''
    void first.gone.then((why) => (gone = why))
    for (const other of [event('dockfault.runner', true), event('channel0', false)]) send(other)
    // Events that were sent before an answer arrive before it.
    await qmp.call('query-status')
    expect(gone).to.equal('')
    send(event('dockfault.runner', false))
    expect(await first.gone).to.equal('the guest closed the port')
    first.close()
    const second = await joined(false)
    for (const socket of sockets.slice(1)) socket.destroy()
    expect(await second.gone).to.equal('QEMU closed the connection')
  })
})
