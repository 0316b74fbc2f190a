import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { FakeHost } from '../hosts/fake.ts'
import { exchangeIptables, launcher, unpacking } from './iptables-release.ts'

describe('another release of iptables', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-release-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('that was packed runs with its own loader and extensions, under the name by which it was called', () => {
    const packed = join(dir, 'packed')
    mkdirSync(packed)
    writeFileSync(join(packed, 'loader'), '#!/bin/sh\necho "$XTABLES_LIBDIR" "$@"\n')
    chmodSync(join(packed, 'loader'), 0o755)
    const folder = join(dir, 'release')
    execFileSync('tar', ['-cf', `${folder}.tar`, '-C', packed, '.'])
    execFileSync('sh', ['-c', unpacking(folder)])
    const program = join(dir, 'xtables-nft-multi')
    writeFileSync(program, launcher(folder))
    chmodSync(program, 0o755)
    let called = 0
    for (const name of ['iptables', 'iptables-save', 'ip6tables-nft']) {
      symlinkSync('xtables-nft-multi', join(dir, name))
      const printed = execFileSync(join(dir, name), ['-C', 'a b'], { encoding: 'utf8' })
      expect(printed).to.equal(`${folder}/xtables --library-path ${folder}/lib ${folder}/program ${name} -C a b\n`)
      called += 1
    }
    expect(called).to.equal(3)
  })

  it('has to be built first', async () => {
    const error = await exchangeIptables(new FakeHost(() => undefined), '1.8.8').catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'image', message: 'iptables 1.8.8 has not been built' })
  })
})
