import { expect } from 'chai'
import { missingNatModules } from '../../cause/restart.ts'
import { findingOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
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
  it('does not keep dockerd down where it makes no rules', () => {
    const off = { ...broken, docker: { ...broken.docker, config: { ...broken.docker.config, iptables: false } } }
    expect(missingNatModules(broken)).to.not.have.lengthOf(0)
    expect(missingNatModules(off)).to.have.lengthOf(0)
  })
  it('recommends no reboot into a kernel that lacks the tables of the host’s iptables', () => {
    const reboots = (facts: Facts): string[] => {
      const { remedies } = find(facts)!
      return remedies.filter((each) => each.reboots).map(({ name }) => name)
    }
    const legacy = { ...broken, iptables: { ...broken.iptables, version: 'iptables v1.8.9 (legacy)' } }
    const trees = broken.trees.map(({ kernel, modules }) => ({
      kernel,
      modules: modules.filter((name) => !/^(ip_tables|iptable_)/.test(name)),
    }))
    expect(broken.trees.at(-1)!.modules).to.include('ip_tables')
    expect(reboots(legacy)).to.have.lengthOf(1)
    expect(reboots({ ...broken, trees })).to.have.lengthOf(1)
    expect(reboots({ ...legacy, trees })).to.have.lengthOf(0)
    expect(find({ ...legacy, trees })!.remedies.map(({ name }) => name)).to.not.have.lengthOf(0)
  })
  it('quotes the host for what is lost', () =>
    expect(
      find(broken)!
        .evidence.map(({ line }) => line)
        .join('\n'),
    ).to.match(/nft_chain_nat not found|MASQUERADE/))
})
