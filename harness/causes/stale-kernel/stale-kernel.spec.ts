import { expect } from 'chai'
import { findingOf } from '../../diagnosis/finding.spec-data.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const { sick } = bundlesOf('stale-kernel')
const find = findingOf('stale-kernel')

describe('stale-kernel', () => {
  for (const [name, facts] of sick)
    it(`is named on ${name}`, () => {
      const diagnosis = find(facts)!
      expect(diagnosis.state).to.equal(name.includes('latent') ? 'latent' : 'active')
      expect(diagnosis.evidence[0]).to.deep.equal({ from: 'uname -r', line: facts.system.kernel })
      expect(diagnosis.summary).to.contain(facts.trees.at(-1)!.kernel)
    })

  const [, broken] = sick.find(([name]) => name.includes('broken'))!
  it('is not named where no newer kernel has the module either: its package is not installed', () => {
    const missing = broken.modules.filter(({ state }) => state === 'missing').map(({ name }) => name)
    const [newest] = broken.trees
    const modules = newest!.modules.filter((name) => !missing.includes(name))
    const trees = [
      { kernel: broken.system.kernel, modules },
      { ...newest!, modules },
    ]
    expect(missing).to.include('nft_chain_nat')
    expect(find({ ...broken, trees })).to.equal(undefined)
  })
  it('is not named where the newer kernel is the one that runs', () =>
    expect(find({ ...broken, system: { ...broken.system, kernel: broken.trees.at(-1)!.kernel } })).to.equal(undefined))
  it('is not judged by version: an older tree that has the modules is no newer kernel', () =>
    expect(
      find({ ...broken, trees: broken.trees.map((tree) => ({ ...tree, kernel: '5.10.0-1-cloud-amd64' })) }),
    ).to.equal(undefined))
  it('quotes the host for what is lost', () =>
    expect(
      find(broken)!
        .evidence.map(({ line }) => line)
        .join('\n'),
    ).to.match(/nft_chain_nat not found|MASQUERADE/))
})
