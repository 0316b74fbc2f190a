import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { examine, examineFacts } from './examine.ts'

const healthy = readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8')
const row = /^.*"name":"\/probe-default".*$/m

describe('a container on no network', () => {
  const seen = (change: (row: Record<string, unknown>) => object, config = '') => {
    const changed = editSection(healthy, 'docker-containers', (text) =>
      text.replace(row, (line) => JSON.stringify({ ...JSON.parse(line), ...change(JSON.parse(line)) })),
    )
    const edited = config === '' ? changed : editSection(changed, 'docker-config', () => config)
    const { verdict, symptoms } = examine(edited)
    const own = symptoms.filter(({ what }) => what === 'the container probe-default')
    return [verdict, ...own.map(({ state, next }) => `${state}: ${next[0]}`)]
  }

  it('is dead where it has ports to publish, and connected again', () =>
    expect(seen(() => ({ networks: {}, ports: {} }))).to.deep.equal([
      'sick',
      'dead: docker network connect bridge probe-default',
    ]))

  it('may be there on purpose where it has none', () =>
    expect(seen(() => ({ networks: {}, ports: {}, bindings: {} }))).to.deep.equal([
      'unknown',
      'unclear: docker network connect bridge probe-default',
    ]))

  it('is no trouble where it wants none', () => {
    for (const mode of ['none', 'host', 'container:abc'])
      expect(
        seen(() => ({ mode, networks: {}, ports: {}, bindings: {} })),
        mode,
      ).to.deep.equal(['healthy'])
  })

  const published = { networks: {}, ports: {}, bindings: { '80/tcp': [{ HostIp: '', HostPort: '8099' }] } }

  it('has a dead port in network mode none, which Docker publishes nothing for', () =>
    expect(seen(() => ({ ...published, mode: 'none' }))).to.deep.equal([
      'sick',
      "dead: docker inspect -f '{{.HostConfig.NetworkMode}} {{.HostConfig.PortBindings}}' probe-default",
    ]))

  it('has a dead port on the host’s network unless a program on the host listens there', () => {
    const onHost = (line: string): [string, (string | undefined)[]] => {
      const changed = editSection(healthy, 'docker-containers', (text) =>
        text.replace(row, (each) => JSON.stringify({ ...JSON.parse(each), ...published, mode: 'host' })),
      )
      const { verdict, symptoms } = examine(editSection(changed, 'listeners', (text) => `${text}\n${line}`))
      return [verdict, symptoms.map(({ message }) => message.match(/where Docker discards .*/)?.[0])]
    }
    const [verdict, messages] = onHost('tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:*')
    expect(verdict).to.equal('sick')
    expect(messages.join()).to.contain('nothing on the host listens at 8099/tcp')
    expect(onHost('tcp LISTEN 0 128 0.0.0.0:8099 0.0.0.0:*')).to.deep.equal(['healthy', []])
  })

  it('has no default network where the configuration switches it off', () => {
    const gone = (text: string): string => text.replace(/^.*"Name":"bridge".*\n/m, '')
    const without = editSection(healthy, 'docker-networks', gone)
    const config = 'file /etc/docker/daemon.json\n{"bridge":"none"}'
    const { symptoms } = examine(
      editSection(
        editSection(without, 'docker-containers', (text) =>
          text.replace(row, (line) => JSON.stringify({ ...JSON.parse(line), networks: {}, ports: {} })),
        ),
        'docker-config',
        () => config,
      ),
    )
    expect(symptoms.map(({ next }) => next[0]).join()).to.contain('remove "bridge": "none"')
  })
})

describe('a port that dockerd has not published', () => {
  const seen = (internal: boolean, published: object | null) => {
    const edited = editSection(healthy, 'docker-containers', (text) =>
      text.replace(row, (line) => JSON.stringify({ ...JSON.parse(line), ports: { '80/tcp': published } })),
    )
    const networks = editSection(edited, 'docker-networks', (text) =>
      text.replace(/^.*"Name":"bridge".*$/m, (line) => JSON.stringify({ ...JSON.parse(line), Internal: internal })),
    )
    const { symptoms } = examine(networks)
    return symptoms.filter(({ kind }) => kind === 'container').map(({ state, message, next }) => [state, message, next])
  }

  it('is dead, on an internal network by that', () => {
    const [[state, message, next]] = seen(true, null) as [[string, string, string[]]]
    expect([state, next[0]]).to.deep.equal(['dead', 'docker network connect bridge probe-default'])
    expect(message).to.contain('internal')
    expect(seen(false, null).map(([how]) => how)).to.deep.equal(['dead'])
  })

  it('is no trouble where it is published', () =>
    expect(seen(true, [{ HostIp: '0.0.0.0', HostPort: '8080' }])).to.deep.equal([]))
})

describe('a container without a restart policy', () => {
  const facts = readFacts(healthy)
  const nowS = 1_800_000_000
  // 100 s after boot dockerd stopped; 110 s after boot it was up again.
  const at = (seconds: number): number => (nowS - 500 + seconds) * 1000
  const down = (endedMs: number, change: Partial<Facts['docker']['stopped'][number]> = {}): string[] => {
    const docker = { ...facts.units['docker.service']!, stoppedUs: 100e6, startedUs: 104e6, activeSinceUs: 110e6 }
    const web = { name: 'web', id: 'a', status: 'exited', exitCode: 137, error: '', restart: 'no', endedMs }
    const ports = [{ host: '', port: 8081, to: 80, protocol: 'tcp' }]
    const { verdict, symptoms } = examineFacts({
      ...facts,
      system: { ...facts.system, nowS, uptimeS: 500 },
      units: { ...facts.units, 'docker.service': docker },
      docker: { ...facts.docker, stopped: [{ ...web, ports, ...change }] },
    })
    return [verdict, ...symptoms.map(({ what, next }) => `${what}: ${next[0]}`)]
  }

  it('may be missed where it ended with dockerd', () => {
    for (const seconds of [100, 105, 110])
      expect(down(at(seconds)), String(seconds)).to.deep.equal(['unknown', 'the container web: docker start web'])
  })

  it('is not missed where it ended at another time, publishes nothing, or starts by itself', () => {
    for (const seconds of [90, 120]) expect(down(at(seconds)), String(seconds)).to.deep.equal(['healthy'])
    expect(down(at(105), { ports: [] })).to.deep.equal(['healthy'])
    expect(down(at(105), { restart: 'unless-stopped' })).to.deep.equal(['healthy'])
  })
})
