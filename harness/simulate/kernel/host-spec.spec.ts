import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { expect } from 'chai'
import { readBundle } from '../../evidence/bundle.ts'
import { missing } from './capabilities.ts'
import { flowsOf, titleOf } from './flows.ts'
import type { BaseHost } from './host-spec.ts'
import { readOptions } from './options.ts'
import { asBundle } from './quick-collector.ts'
import { scriptOf } from './script.ts'
import { specAt } from './shrink.ts'
import { sweep } from './sweep.ts'
import { emptyTally, tallyText, withHost } from './tally.ts'

const plain: BaseHost = {
  rules: 'nft',
  forwardPolicy: 'DROP',
  masquerade: true,
  proxy: true,
  rpFilter: 2,
  bridged: true,
  ipv6: false,
}

describe('a random host', () => {
  it('comes from its seed and number alone', () => {
    expect(specAt(7, 3)).to.deep.equal(specAt(7, 3))
    expect(specAt(7, 3)).to.not.deep.equal(specAt(7, 4))
    expect(specAt(7, 3)).to.not.deep.equal(specAt(8, 3))
  })

  it('has odd changes of every kind within a few hundred', () => {
    const all = Array.from({ length: 400 }, (_, index) => specAt(1, index))
    const kinds = new Set(
      all.flatMap(({ changes }) => changes.map(({ kind }) => kind.split(' ').slice(0, 2).join(' '))),
    )
    for (const kind of [
      'nft ip',
      'nft inet',
      'nft bridge',
      'nft netdev',
      'nft arp',
      'iptables-nft filter',
      'iptables-legacy nat',
      'routing rule',
      'setting rp_filter',
    ])
      expect([...kinds]).to.include(kind)
    expect(new Set(all.map(({ base }) => base.rules)).size).to.equal(4)
    expect(Math.max(...all.map(({ changes }) => changes.length))).to.equal(5)
  })

  it('is a script that sh can read', () => {
    const scripts = Array.from({ length: 20 }, (_, index) => scriptOf(specAt(2, index)))
    for (const input of scripts) expect(spawnSync('sh', ['-n'], { input, encoding: 'utf8' }).stderr).to.equal('')
    expect(scripts).to.have.length(20)
  })

  it('has flows between all endpoints', () => {
    const flows = flowsOf({ base: plain, changes: [] })
    expect(new Set(flows.map(({ from }) => from))).to.deep.equal(new Set(['c1', 'c2', 'c3', 'outside', 'host']))
    expect(new Set(flows.map(titleOf)).size).to.equal(flows.length)
    expect(flowsOf({ base: { ...plain, ipv6: true }, changes: [] }).length).to.be.greaterThan(flows.length)
  })
})

describe('a campaign', () => {
  it('reads its options, and rejects wrong ones', () => {
    expect(readOptions([])).to.include({ hosts: 500, seed: 1, resume: false })
    expect(readOptions(['--planted', 'all']))
      .to.have.property('planted')
      .with.length(10)
    for (const wrong of [['--hosts', 'many'], ['--planted', 'nothing'], ['--colour']])
      expect(() => readOptions(wrong))
        .to.throw(Error)
        .with.property('code', 'usage')
  })

  it('counts what agrees, what is unclear and what contradicts', () => {
    const contradiction = {
      flow: flowsOf({ base: plain, changes: [] })[0]!,
      title: 'x',
      kernel: 'silent',
      end: 'passes',
      message: '',
    } as const
    const result = {
      passes: 3,
      dies: 2,
      unclear: [{ title: 'y', doubts: ['The mark 0x12 of “a” is not known.'] }],
      contradictions: [contradiction],
      late: 1,
      bundle: '',
      complaints: '',
      walks: [],
      endings: Array(7).fill('answered'),
    }
    const once = withHost(emptyTally(1), 0, result, true)
    expect(once).to.include({ hosts: 1, flows: 7, passes: 3, dies: 2, unclear: 1, late: 1 })
    expect(once.contradictions).to.deep.equal([0])
    const twice = withHost(once, 1, result, false)
    expect(twice.contradictions).to.deep.equal([0])
    expect(twice.late).to.equal(3)
    expect(tallyText(twice)).to.contain('2 hosts').and.to.contain('contradictions: 1 (hosts 0)')
  })

  it('reports what cannot be tried on this machine', () => {
    expect(missing()).to.have.keys('hosts', 'features')
  })
})

describe('the sweep', () => {
  it('removes what a killed run has left, and nothing of a live run', () => {
    const ended = spawnSync('true').pid
    const [dead, alive] = [`/dev/shm/dfsim-${ended}-spec`, `/dev/shm/dfsim-${process.pid}-spec`]
    for (const path of [dead, alive]) mkdirSync(path)
    expect(sweep()).to.be.at.least(1)
    expect([existsSync(dead), existsSync(alive)]).to.deep.equal([false, true])
    rmdirSync(alive)
  })
})

describe('the quick collector', () => {
  it('makes a bundle that is read like any other', () => {
    const printed = [
      '@@@@ begin links',
      '[]',
      '',
      '@@@@ end links 0',
      '',
      '@@@@ begin ipsets',
      '',
      '@@@@ end ipsets 90',
      'ipset is not installed',
      '',
      '',
    ].join('\n')
    const { sections, whole } = readBundle(asBundle(printed))
    expect(whole).to.equal(true)
    expect(sections.get('links')).to.include({ status: 'ok', text: '[]' })
    expect(sections.get('ipsets')).to.include({ status: 'absent', complaints: 'ipset is not installed' })
  })
})
