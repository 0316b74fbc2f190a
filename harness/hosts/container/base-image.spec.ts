import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { noBaseImage, noContainer } from './base-image.ts'
import { startRegistry } from './registry.spec-data.ts'
import { registryOf, unreachable } from './registry.ts'
import { noUplink } from './uplink.ts'

type Answers = Record<string, [status: number, body: string]>

describe('the base image of a container host', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dockfault-base-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const image = (name: string, words: object): string => {
    mkdirSync(join(root, name))
    writeFileSync(join(root, name, 'public.yaml'), JSON.stringify({ box: { name: 'a/b' }, provision: [], ...words }))
    return name
  }

  /** An engine with recorded answers by path; it never answers requests for other paths. */
  async function engine(answers: Answers): Promise<AsyncDisposable & { address: string; requests: string[] }> {
    const requests: string[] = []
    const server = createServer(({ url = '' }, response) => {
      requests.push(url)
      const [status, body] = answers[url] ?? []
      if (status) response.writeHead(status).end(body)
    })
    const path = join(root, 'docker.sock')
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const end = async (): Promise<void> => {
      server.close()
      server.closeAllConnections()
    }
    return { address: `unix://${path}`, requests, [Symbol.asyncDispose]: end }
  }
  const missing: [number, string] = [404, '{"message":"No such image"}']

  it('comes from the registry that its reference names', () => {
    expect(registryOf('quay.io/centos/centos:stream9')).to.equal('quay.io')
    expect(registryOf('localhost/centos')).to.equal('localhost')
    expect(registryOf('127.0.0.1:5000/centos')).to.equal('127.0.0.1:5000')
    expect(registryOf('library/centos:7')).to.equal('registry-1.docker.io')
    expect(registryOf('centos:7')).to.equal('registry-1.docker.io')
  })

  it('can be none where the image gives a reason, or names no container', () => {
    image('old', { 'no-container': 'its systemd is too old' })
    image('box', {})
    expect(noContainer('old', root)).to.equal('cannot make a host of old: its systemd is too old')
    expect(noContainer('box', root)).to.match(/has no recipe for box$/)
    expect(noContainer('none', root)).to.equal('has no recipe for the image none')
    expect(noContainer(image('some', { container: 'x.io/y' }), root)).to.equal(undefined)
    expect(noContainer('centos7')).to.match(
      /^cannot make a host of centos7: its systemd 219 knows cgroups of version 1 /,
    )
  })

  it('is there where the engine has it, whatever can be reached', async () => {
    await using has = await engine({ '/images/x.io/y:1/json': [200, '{}'] })
    expect(await noBaseImage(image('some', { container: 'x.io/y:1' }), has.address, root)).to.equal(undefined)
    expect(has.requests).to.deep.equal(['/images/x.io/y:1/json'])
  })

  it('can be had where the engine can pull it', async () => {
    await using can = await engine({ '/images/x.io/y:2/json': missing, '/distribution/x.io/y:2/json': [200, '{}'] })
    expect(await noBaseImage(image('some', { container: 'x.io/y:2' }), can.address, root)).to.equal(undefined)
  })

  it('is not where the engine cannot, for the engine’s reason, which is queried once', async () => {
    const words = 'Get "https://x.io/v2/": dial tcp: lookup x.io; no such host'
    const refusal: [number, string] = [500, JSON.stringify({ message: words })]
    await using cannot = await engine({ '/images/x.io/y:3/json': missing, '/distribution/x.io/y:3/json': refusal })
    image('some', { container: 'x.io/y:3' })
    image('other', { container: 'x.io/y:3' })
    const reasons = await Promise.all(['some', 'other', 'some'].map((name) => noBaseImage(name, cannot.address, root)))
    expect(reasons[0]).to.equal(
      'finds a Docker engine that cannot pull x.io/y:3: Get "https://x.io/v2/": dial tcp: lookup x.io, no such host ' +
        '(with a connection: docker pull x.io/y:3)',
    )
    expect(new Set(reasons).size).to.equal(1)
    expect(cannot.requests).to.have.lengthOf(2)
  })

  it('is not where the engine waits for a registry longer than a person would', async () => {
    await using waits = await engine({ '/images/x.io/y:4/json': missing })
    expect(await noBaseImage(image('some', { container: 'x.io/y:4' }), waits.address, root)).to.contain(
      'cannot pull x.io/y:4: no answer within 2 s',
    )
  })

  it('is believed to be had by an engine that knows no such question, or is no socket', async () => {
    await using other = await engine({
      '/images/x.io/y:5/json': missing,
      '/distribution/x.io/y:5/json': [404, 'Not Found'],
    })
    expect(await noBaseImage(image('some', { container: 'x.io/y:5' }), other.address, root)).to.equal(undefined)
    expect(await noBaseImage('some', 'tcp://192.0.2.1:2376', root)).to.equal(undefined)
  })

  it('is to be had by a private engine where the registry answers', async () => {
    await using registry = await startRegistry()
    expect(await unreachable(registry.host)).to.equal(undefined)
    const name = image('some', { container: `${registry.host}/y` })
    expect(await noBaseImage(name, undefined, root)).to.equal(undefined)
  })

  it('is not where the registry does not, with what would help', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`
    await new Promise((resolve) => closed.close(resolve))
    expect(await noBaseImage(image('some', { container: `${host}/y` }), undefined, root)).to.equal(
      `cannot pull ${host}/y: no answer from ${host}, ECONNREFUSED ` +
        '(it needs internet, or a Docker engine that has the image)',
    )
  })

  it('limits the wait for a silent registry', async () => {
    const mute = createServer(() => undefined)
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    expect(await unreachable(`127.0.0.1:${(mute.address() as AddressInfo).port}`)).to.equal('waited 2 s')
    mute.closeAllConnections()
    mute.close()
  })

  it('is never pulled beside a docker0 of another engine', () => {
    expect(noUplink(join(root, 'docker0'))).to.equal(undefined)
    expect(noUplink(root)).to.match(/^finds the docker0 .*systemctl start docker/)
  })
})
