import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { editSection } from '../evidence/reseal.ts'
import { examine } from './examine.ts'

const healthy = readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8')
const found = (programs: readonly string[], config = '{}') =>
  examine(
    editSection(
      editSection(
        healthy,
        'docker-install',
        (text) =>
          `${text.replace(/^program .*\n?/gm, '')}\n${[...programs.map((name) => `program ${name} /usr/bin/${name}`), 'program none'].join('\n')}`,
      ),
      'docker-config',
      () => `file /etc/docker/daemon.json\n${config}`,
    ),
  )
const all = ['docker-proxy', 'runc', 'containerd-shim-runc-v2']

describe('a program that dockerd starts', () => {
  it('is no fault while it is there', () => expect(found(all).verdict).to.equal('healthy'))

  for (const name of all)
    it(`is a fault where ${name} is gone, though all that runs goes on`, () => {
      const { verdict, symptoms } = found(all.filter((each) => each !== name))
      expect(verdict).to.equal('sick')
      expect(symptoms.map(({ what, next }) => [what, next[0]])).to.deep.equal([[name, `command -v ${name}`]])
    })

  it('is not needed where dockerd is set to do without it, or to use another', () => {
    expect(found(['runc', 'containerd-shim-runc-v2'], '{"userland-proxy": false}').verdict).to.equal('healthy')
    expect(found(['runc', 'containerd-shim-runc-v2'], '{"userland-proxy-path": "/opt/proxy"}').verdict).to.equal(
      'healthy',
    )
    expect(found(['docker-proxy'], '{"default-runtime": "crun"}').verdict).to.equal('healthy')
  })

  it('is not missed where nobody searched', () => {
    const older = editSection(healthy, 'docker-install', (text) => text.replace(/^program .*\n?/gm, ''))
    expect(examine(older).verdict).to.equal('healthy')
  })
})
