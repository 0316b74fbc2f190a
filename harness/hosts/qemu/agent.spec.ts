import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Agent } from './agent.ts'

interface Request {
  execute: string
  arguments?: { id?: number }
}

describe('the client of the guest agent', () => {
  let dir: string
  let server: Server
  let agent: Agent
  let connections = 0

  /** A guest agent that answers each request by `answer`. */
  const serve = async (answer: (request: Request, socket: Socket) => unknown): Promise<void> => {
    dir = mkdtempSync(join(tmpdir(), 'agent-'))
    connections = 0
    server = createServer((socket) => {
      connections += 1
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        for (const line of data.toString('latin1').replaceAll('\xff', '').split('\n').filter(Boolean)) {
          const request = JSON.parse(line) as Request
          const reply =
            request.execute === 'guest-sync-delimited' ? { return: request.arguments?.id } : answer(request, socket)
          const mark = request.execute === 'guest-sync-delimited' ? Buffer.from([0xff]) : Buffer.alloc(0)
          if (reply) socket.write(Buffer.concat([mark, Buffer.from(`${JSON.stringify(reply)}\n`)]))
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(join(dir, 'agent'), resolve))
    agent = new Agent(join(dir, 'agent'))
  }

  afterEach(() => {
    agent.close()
    server.close()
    rmSync(dir, { recursive: true })
  })

  it('sends one request at a time, in order', async () => {
    let open = 0
    await serve(({ execute }, socket) => {
      open += 1
      expect(open).to.equal(1)
      setTimeout(() => {
        open -= 1
        socket.write(`${JSON.stringify({ return: execute })}\n`)
      }, 20)
      return undefined
    })
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => agent.call<string>(name, undefined, 1000)))
    expect(answers).to.deep.equal(['a', 'b', 'c'])
    expect(connections).to.equal(1)
  })

  it('passes over what an earlier life of the guest has left on the wire', async () => {
    await serve((_, socket) => {
      socket.write('{"return": "half')
      return undefined
    })
    await agent.sync(1000)
    await agent.call('never', undefined, 50).catch(() => undefined)
    await agent.sync(1000)
    expect(connections).to.equal(2)
  })

  it('gives up on silence, and is sound afterwards', async () => {
    let silent = true
    await serve(() => (silent ? undefined : { return: 'here' }))
    const error = await agent.call('wait', undefined, 50).catch((thrown: Error) => thrown)
    expect(error).to.include({ name: 'LabError', code: 'host' })
    silent = false
    expect(await agent.call('again', undefined, 1000)).to.equal('here')
  })

  it('passes on a refusal in its own words', async () => {
    await serve(() => ({ error: { class: 'GenericError', desc: 'no such file' } }))
    const error = (await agent.call('open', undefined, 1000).catch((thrown: Error) => thrown)) as Error
    expect(error.message).to.equal('guest agent open: no such file')
  })
})
