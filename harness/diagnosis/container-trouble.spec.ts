import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { editSection } from '../evidence/reseal.ts'
import { examine } from './examine.ts'

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
