import { expect } from 'chai'
import { FakeHost } from '../hosts/fake.ts'
import { LabError } from '../lib/errors.ts'
import { commandAdapter } from './adapter.ts'
import { equip } from './equip.ts'

const options = { progress: () => {}, signal: new AbortController().signal }
const needs = (programs: string[], packages: string[] = []) => ({ ...commandAdapter('check'), programs, packages })

describe('equipping a host for outside detectors', () => {
  it('leaves a host alone that has all', async () => {
    const host = new FakeHost(() => undefined)
    expect([
      ...(await equip(host, 'debian12', [commandAdapter('x y'), needs(['curl'], ['curl'])], options)),
    ]).to.deep.equal([])
    expect(host.files.size).to.equal(0)
    expect(host.scripts).to.have.length(1)
  })

  it('runs nothing on a host that lacks what a detector needs', async () => {
    const host = new FakeHost(() => undefined, ['systemd'])
    const adapter = { ...needs(['needrestart'], ['needrestart']), needs: ['systemd' as const, 'own-kernel' as const] }
    expect([...(await equip(host, 'debian12', [adapter], options))]).to.deep.equal([
      ['check', 'the host lacks own-kernel'],
    ])
    expect(host.scripts).to.deep.equal([])
  })

  it('names the missing program, where no package brings it', async () => {
    const host = new FakeHost(() => ({ stdout: 'nagios\n' }))
    expect([...(await equip(host, 'debian12', [needs(['nagios'])], options))]).to.deep.equal([
      ['check', 'nagios is not on the host'],
    ])
  })

  it('gives the reason where a package cannot be brought, and goes on with the next detector', async () => {
    const host = new FakeHost((script) => {
      if (script.startsWith('test -r')) return { code: 1 }
      return script.includes('command -v needrestart') ? { stdout: 'needrestart\n' } : undefined
    })
    const reasons = await equip(host, 'centos', [needs(['needrestart'], ['needrestart']), needs(['sh'])], options)
    expect([...reasons]).to.deep.equal([['check', 'needrestart is not on the host: the host has no dpkg']])
  })

  it('does not hide that the host is lost', async () => {
    const host = new FakeHost(() => undefined)
    await host[Symbol.asyncDispose]()
    expect(await equip(host, 'debian12', [needs(['x'])], options).catch((error) => error)).to.be.instanceOf(LabError)
  })
})
