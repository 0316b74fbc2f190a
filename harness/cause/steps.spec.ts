import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { daemonSetting } from './steps.ts'

describe('a setting of daemon.json', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'dockfault-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  /** What the file holds after these settings, one by one. */
  function configured(before: string | undefined, ...settings: [string, string][]): unknown {
    const file = join(dir, 'docker/daemon.json')
    if (before !== undefined) execFileSync('mkdir', ['-p', join(dir, 'docker')])
    if (before !== undefined) writeFileSync(file, before)
    for (const [key, value] of settings)
      execFileSync('sh', ['-ec', daemonSetting(key, value).replaceAll('/etc/docker', join(dir, 'docker'))])
    expect(existsSync(file)).to.equal(true)
    return JSON.parse(readFileSync(file, 'utf8'))
  }

  const bip: [string, string] = ['bip', '"172.29.0.1/16"']
  const wanted = { bip: '172.29.0.1/16' }

  it('is made where there is no file, an empty one, or none of that name', () => {
    expect(configured(undefined, bip)).to.deep.equal(wanted)
    expect(configured('', bip)).to.deep.equal(wanted)
    expect(configured('{}\n', bip)).to.deep.equal(wanted)
    expect(configured('\n{\n  "mtu": 1400,\n  "log-opts": { "max-size": "1m" }\n}\n', bip)).to.deep.equal({
      mtu: 1400,
      'log-opts': { 'max-size': '1m' },
      ...wanted,
    })
  })

  it('takes the place of another value, first, last or alone', () => {
    expect(configured('{"bip":"10.0.0.1/24"}', bip)).to.deep.equal(wanted)
    expect(configured('{ "bip" : "10.0.0.1/24", "mtu": 1400 }', bip)).to.deep.equal({ mtu: 1400, ...wanted })
    expect(configured('{"mtu":1400,"bip":"10.0.0.1/24"}', bip)).to.deep.equal({ mtu: 1400, ...wanted })
    expect(configured('{"ip-masq": false}', ['ip-masq', 'true'])).to.deep.equal({ 'ip-masq': true })
    expect(configured('{"dns": ["192.0.2.53", "192.0.2.54"], "mtu": 1}', ['dns', '["203.0.113.10"]'])).to.deep.equal({
      dns: ['203.0.113.10'],
      mtu: 1,
    })
  })

  it('is made again without harm, and beside others', () => {
    expect(configured('{}', bip, ['mtu', '1400'], bip, ['mtu', '1500'])).to.deep.equal({ ...wanted, mtu: 1500 })
  })
})
