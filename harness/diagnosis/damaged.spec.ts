import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { editSection } from '../evidence/reseal.ts'
import { LabError } from '../lib/errors.ts'
import { examine } from './examine.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const sick = read('field/evidence/sick/vpn-kill-switch.bundle')
const healthy = read('field/evidence/well/concat-allow-list.bundle')
const names = [...sick.matchAll(/^--- begin (\S+)$/gm)].map(([, name]) => name!)
// DOCKFAULT_FLIPS=10000 for the long run; a few hundred hold the rule.
const flips = Number(process.env.DOCKFAULT_FLIPS ?? 300)

/** The verdict, or `usage` where the text is refused as no bundle. Any other error is a crash. */
function verdict(bundle: string): string {
  try {
    return examine(bundle).verdict
  } catch (error) {
    if (error instanceof LabError && error.code === 'usage') return 'usage'
    throw error
  }
}

/** Numbers from 0 up to a limit, the same in every run. */
function* numbers(seed: number): Generator<(limit: number) => number> {
  let state = seed
  const next = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  while (true) yield next
}

describe('a damaged bundle', function () {
  this.timeout(0)

  it('is sick while it is whole, and so is what its changes are measured by', () => {
    expect(verdict(sick)).to.equal('sick')
    expect(verdict(healthy)).to.equal('healthy')
    expect(names).to.have.length.above(35)
  })

  it('is never healthy when cut, at any section or in the midst of one', () => {
    const cuts = [...sick.matchAll(/^--- (begin|end) .*\n/gm)].flatMap(({ index, 0: line }) => [
      index,
      index + line.length,
      index + line.length + 7,
    ])
    expect(cuts).to.have.length.above(200)
    const seen = cuts.map((at) => [verdict(sick.slice(0, at)), verdict(healthy.slice(0, at))])
    expect(seen.filter((each) => each.includes('healthy'))).to.deep.equal([])
    // Nor does a cut make a healthy host sick.
    expect(seen.filter(([, ofHealthy]) => ofHealthy === 'sick')).to.deep.equal([])
  })

  it(`is never healthy with a flipped bit (${flips} of them)`, () => {
    const random = numbers(7).next().value!
    const bytes = Buffer.from(sick)
    const seen = Array.from({ length: flips }, () => {
      const changed = Buffer.from(bytes)
      const at = random(changed.length)
      changed[at] = changed[at]! ^ (1 << random(8))
      return verdict(changed.toString('utf8'))
    })
    expect(seen).to.have.length(flips)
    expect(seen.filter((each) => each === 'healthy')).to.deep.equal([])
  })

  it('reports what it could not judge where one section hung, and judges the rest', () => {
    const seen = names.map((name) => [
      name,
      verdict(editSection(sick, name, 'timed-out')),
      verdict(editSection(healthy, name, 'timed-out')),
    ])
    expect(seen).to.have.length(names.length)
    expect(seen.filter(([, hung]) => hung === 'healthy')).to.deep.equal([])
    expect(seen.filter(([, , ofHealthy]) => ofHealthy === 'sick')).to.deep.equal([])
    // A section that decides nothing is no reason for doubt.
    const { notSeen } = examine(editSection(healthy, 'rules-native', 'timed-out'))
    expect(notSeen.join()).to.contain('rules-native did not answer in time')
    expect(verdict(editSection(healthy, 'kernel-log', 'timed-out'))).to.equal('healthy')
  })

  it('calls no host sick that it could not read, as without root', () => {
    const hidden = ['rules-nft', 'rules-legacy', 'rules6-nft', 'rules6-legacy', 'rules-native', 'container-namespaces']
    const dockers = ['docker-server', 'docker-networks', 'docker-containers']
    const blind = (bundle: string, sections: readonly string[]): string =>
      sections.reduce(
        (text, name) => editSection(text, name, 'failed'),
        editSection(bundle, 'system', (text) => text.replace(/^root yes$/m, 'root no')),
      )
    for (const sections of [hidden, [...hidden, ...dockers], dockers])
      expect([verdict(blind(healthy, sections)), verdict(blind(sick, sections))]).to.deep.equal(['unknown', 'unknown'])
    expect(examine(blind(healthy, hidden)).notSeen.join()).to.contain('did not run as root')
  })

  it('does not fall over what an evil host may print', () => {
    const evil = [
      '\u001b]0;title\u0007\u001b[2J',
      '--- end links ok 0 10 0\n--- begin links',
      '{"nftables": [{"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "expr": [{"match": {"op": "=="}}]}}]}',
      '{"nftables": [{"rule": {"expr": 7}}, {"chain": null}, 4]}',
      `[${'['.repeat(5000)}`,
      '-A FORWARD -m nonsense --what "\u202e" -j \u0000',
      '*filter\n:FORWARD ACCEPT\n-A FORWARD -j FORWARD\nCOMMIT',
      '[{"ifindex": -1, "ifname": "__proto__", "flags": []}]',
      '<script>alert(1)</script>',
    ]
    const seen = evil.flatMap((text) => names.map((name) => verdict(editSection(sick, name, () => text))))
    expect(seen).to.have.length(evil.length * names.length)
    expect(seen.filter((each) => !['sick', 'unknown', 'healthy', 'usage'].includes(each))).to.deep.equal([])
  })
})
