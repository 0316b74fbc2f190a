import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { LabError } from '../lib/errors.ts'
import { type Cell, loadScenarios } from './load.ts'
import { registry } from './terms.spec-data.ts'

// The first blocks TCP; the second blocks the host's network and opens isolation.
const kernel = `title: One
hosts: [debian12, debian13]
fault: { kind: stale-kernel }
latent: { diagnosis: [stale-kernel] }
broken: { probes: { egress-tcp: fail }, diagnosis: [stale-kernel], unexplained: [{ at: forward }] }
`
const setting = `title: Other
hosts: [debian12, debian13]
fault: { kind: masquerade-off, through: drop-in }
latent: { probes: { host-network: fail }, diagnosis: [], verdict: unknown }
broken:
  probes: { host-network: fail, isolation: pass }
  diagnosis: [masquerade-off]
  unexplained: [{ at: forward }, { at: routing }]
`
const pair = `title: Both
hosts: [debian12]
fault: { kind: stale-kernel }
and: { kind: masquerade-off, through: drop-in }
`

describe('two faults at once, of which each is known alone', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'scenarios-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const load = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, `${name}.yaml`), text)
    return loadScenarios(dir, registry)
  }
  /** The cells of the pair; its file is read between the other two. */
  const pairsOf = (text: string, others: Record<string, string> = {}): Cell[] =>
    load({ kernel, pair: text, setting, ...others }).filter(({ scenario }) => scenario === 'pair')
  const complaints = (files: Record<string, string>): string[] => {
    try {
      load(files)
    } catch (error) {
      return (error as LabError).message
        .replaceAll(`${dir}/`, '')
        .split('\n')
        .filter((line) => /^\S/.test(line) || /^ +=/.test(line))
        .map((line) => line.trim())
    }
    throw new Error('these scenarios load')
  }

  it('expect what either breaks, opens and names', () => {
    const [cell, ...others] = pairsOf(pair)
    expect(others).to.deep.equal([])
    expect(cell?.broken).to.deep.equal({
      probes: { 'egress-tcp': 'fail', 'host-network': 'fail', isolation: 'pass' },
      diagnosis: ['stale-kernel', 'masquerade-off'],
      unexplained: [{ at: 'forward' }, { at: 'routing' }],
      verdict: 'sick',
      journal: [],
      trace: {},
    })
    expect(cell).to.not.have.property('latent')
  })

  it('expect of the second while it is latent what the first has broken already', () => {
    const [cell] = pairsOf(`${pair}latent: {}\n`)
    expect(cell?.latent).to.deep.include({
      probes: { 'egress-tcp': 'fail', 'host-network': 'fail', isolation: 'fail' },
      diagnosis: ['stale-kernel'],
      unexplained: [{ at: 'forward' }],
      verdict: 'sick',
    })
  })

  it('are as healthy as the worse of them where neither is named', () => {
    const silent = (text: string) => text.replace(/diagnosis: \[.+?\](, unexplained: .+(?= \}))?/g, 'diagnosis: []')
    const [cell] = pairsOf(`${pair}latent: {}\n`, { kernel: silent(kernel) })
    expect(cell?.latent).to.deep.include({ diagnosis: [], unexplained: [], verdict: 'unknown' })
  })

  it('give way to what is written: a probe, a group, the list of causes, the verdict', () => {
    const [probe] = pairsOf(`${pair}broken: { probes: { isolation: fail } }\n`)
    expect(Object.values(probe!.broken!.probes)).to.deep.equal(['fail', 'fail', 'fail'])
    expect(probe?.broken?.diagnosis).to.have.length(2)
    const [group] = pairsOf(`${pair}broken: { probes: { outward: pass }, unexplained: [], verdict: unknown }\n`)
    expect(Object.values(group!.broken!.probes)).to.deep.equal(['pass', 'pass', 'pass'])
    expect(group?.broken).to.deep.include({ unexplained: [], verdict: 'unknown' })
    const [causes] = pairsOf(`${pair}broken: { diagnosis: [masquerade-off, stale-kernel], journal: [down] }\n`)
    expect(causes?.broken).to.deep.include({ diagnosis: ['masquerade-off', 'stale-kernel'], journal: ['down'] })
    expect(Object.values(causes!.broken!.probes)).to.deep.equal(['fail', 'fail', 'pass'])
  })

  it('need no fault alone where all is written out', () => {
    const out = 'broken: { probes: { default: healthy, isolation: pass }, diagnosis: [stale-kernel, masquerade-off] }\n'
    const [cell] = load({ pair: pair + out })
    expect(cell?.broken?.probes).to.deep.equal({ 'egress-tcp': 'pass', 'host-network': 'pass', isolation: 'pass' })
    expect(cell?.broken).to.deep.include({ unexplained: [], verdict: 'sick' })
  })

  it('are computed from the host of their own', () => {
    const there = `${kernel}on: { debian13: { broken: { probes: { egress-tcp: pass, outward: pass } } } }\n`
    const cells = pairsOf(pair.replace('[debian12]', '[debian12, debian13]'), { kernel: there })
    expect(cells.map(({ host, broken }) => [host, broken?.probes['egress-tcp']])).to.deep.equal([
      ['debian12', 'fail'],
      ['debian13', 'pass'],
    ])
  })

  it('are computed from the cell whose `given` is nearest, and from none with other parameters', () => {
    const variants = `variants:
  legacy: { given: { xtables: legacy }, broken: { probes: { host-network: fail, egress-tcp: pass } } }
  missing: { fault: { how: module-missing }, broken: { probes: { default: pass } } }
`
    const quiet = setting.replace('host-network: fail, isolation: pass', 'default: healthy')
    const outcomes = (given: string) => {
      const [cell] = pairsOf(`${pair}given: { ${given} }\n`, { kernel: kernel + variants, setting: quiet })
      return Object.values(cell!.broken!.probes)
    }
    expect(outcomes('firewalld: true')).to.deep.equal(['fail', 'pass', 'fail'])
    expect(outcomes('firewalld: true, xtables: legacy')).to.deep.equal(['pass', 'fail', 'fail'])
  })

  describe('with mistakes', () => {
    it('point at the fault that no cell of the host injects alone', () => {
      expect(complaints({ pair, kernel })).to.deep.equal([
        'pair.yaml:4:6: no cell injects masquerade-off (through: drop-in, restarts: 1) alone on debian12',
        "= a pair's `broken` is computed from such cells: add one, or write `broken` out, with `probes.default` and `diagnosis`",
      ])
      const there = { kernel: kernel.replace('debian12, ', ''), setting }
      expect(complaints({ pair: `${pair}variants: { v: { and: { restarts: 2 } } }\n`, ...there })).to.deep.equal([
        'pair.yaml:3:8: no cell injects stale-kernel (how: purged) alone on debian12',
        "= a pair's `broken` is computed from such cells: add one, or write `broken` out, with `probes.default` and `diagnosis`",
        'pair.yaml:4:6: no cell injects masquerade-off (through: drop-in, restarts: 2) alone on debian12',
        "= a pair's `broken` is computed from such cells: inject it as debian12-setting does (it differs in restarts), add one, " +
          'or write `broken` out, with `probes.default` and `diagnosis`; in variant `v`',
      ])
    })

    it('point at a fault for which no cell gives the latent state', () => {
      const files = { kernel, setting: setting.replace(/latent.*\n/, ''), pair: `${pair}latent: {}\n` }
      expect(complaints(files)[0]).to.equal(
        'pair.yaml:4:6: no cell injects masquerade-off (through: drop-in, restarts: 1) alone on debian12 and has `latent`',
      )
    })

    it('point at the fault that does this in one cell, and that in another like it', () => {
      const twice = `${kernel}variants: { other: { broken: { probes: { host-network: fail } } }, same: {} }\n`
      expect(complaints({ kernel: twice, setting, pair })).to.deep.equal([
        'pair.yaml:3:8: debian12-kernel and debian12-kernel-other both inject it alone, but expect different results',
        '= write `broken` out, with `probes.default` and `diagnosis`',
      ])
    })

    it('keep silent beside other mistakes, of which this one may come', () => {
      const wrong = { pair, kernel: kernel.replace('egress-tcp', 'egress-tpc'), setting }
      const positions = complaints(wrong).filter((line) => line.includes('.yaml:'))
      expect(positions).to.deep.equal(['kernel.yaml:5:21: unknown key `egress-tpc` in `broken.probes`'])
    })
  })
})
