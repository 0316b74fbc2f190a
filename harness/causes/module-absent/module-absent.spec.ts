import { expect } from 'chai'
import { examinationOf, findingOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { bundlesOf, recordedAt } from '../bundles.spec-data.ts'

const { own, sick } = bundlesOf('module-absent')
const find = findingOf('module-absent')
// A dockerd 20.10 that is down for want of modules, on a kernel whose tree has all of them but one.
const down = recordedAt('causes/stale-kernel/evidence/sick/debian12-broken').facts
const lackingAlone = (missing: string): Facts => ({
  ...down,
  modules: down.modules.map((each) =>
    each.name === missing ? each : { ...each, state: each.state === 'loaded' ? 'loaded' : 'loadable', detail: '' },
  ),
  trees: down.trees.map(({ modules }) => ({
    kernel: down.system.kernel,
    modules: modules.filter((name) => name !== missing),
  })),
})
const broken = own('sick/debian12-addrtype')
const legacy = own('sick/debian12-legacy-gone')
const healthy = recordedAt('causes/stale-kernel/evidence/well/debian12-healthy').facts

const advice = (facts: Facts) => {
  const { remedies, nonFixes } = find(facts)!
  return { remedies: remedies.map(({ name }) => name), nonFixes: nonFixes.map(({ name }) => name) }
}
const withTree = (facts: Facts, kernel: string, ...modules: string[]): Facts => ({
  ...facts,
  trees: [...facts.trees, { kernel, modules }],
})

describe('a module that no installed kernel has', () => {
  for (const [name, facts] of sick)
    it(`is named on ${name}`, () => {
      const { evidence, state, summary } = find(facts)!
      expect(state).to.equal(name.includes('latent') ? 'latent' : 'active')
      expect(evidence[0]).to.deep.equal({ from: 'uname -r', line: facts.system.kernel })
      expect(evidence.map(({ from }) => from)).to.include(`/lib/modules/${facts.system.kernel}`)
      expect(summary).to.match(/xt_addrtype|nft_chain_nat|no modules for its tables \(ip_tables, iptable_nat/)
    })

  it('is two kinds, with other remedies', () => {
    expect(advice(broken)).to.deep.equal({
      remedies: ['reinstall-running-kernel'],
      nonFixes: ['reboot', 'load-modules', 'depmod', 'switch-backend'],
    })
    expect(advice(legacy)).to.deep.equal({
      remedies: ['switch-to-iptables-nft'],
      nonFixes: ['reboot', 'load-modules', 'depmod'],
    })
  })

  it('may be one of nft alone, whose package has it as well', () => {
    const nft = lackingAlone('nft_chain_nat')
    expect(find(nft)).to.include({ state: 'active' })
    expect(advice(nft)).to.deep.equal({
      remedies: ['reinstall-running-kernel', 'switch-to-iptables-legacy'],
      nonFixes: ['reboot', 'load-modules', 'depmod'],
    })
  })

  it('is a package of its own on Enterprise Linux, for the kernel that runs', () => {
    for (const os of ['CentOS Stream 10 (Coughlan)', 'Red Hat Enterprise Linux 10.1 (Coughlan)', 'AlmaLinux 10.1']) {
      const { remedies } = find({ ...broken, system: { ...broken.system, os } })!
      expect(remedies.map(({ name }) => name)).to.deep.equal(['install-modules-extra'])
      expect(remedies[0]!.steps[0]).to.equal('dnf install -y "kernel-modules-extra-$(uname -r)"')
    }
  })

  it('keeps a reboot from helping even where a newer kernel is installed, if that lacks it too', () => {
    const newer = withTree(broken, '6.1.0-99-cloud-amd64', 'nf_nat', 'xt_MASQUERADE')
    expect(find(newer)!.evidence.map(({ line }) => line)).to.include('has no xt_addrtype')
    expect(examinationOf(newer).findings.map(({ cause }) => cause)).to.deep.equal(['module-absent'])
  })

  it('is a stale kernel instead where a newer one has it, and only there', () => {
    const named = (facts: Facts) => examinationOf(facts).findings.map(({ cause }) => cause)
    expect(named(withTree(broken, '6.1.0-99-cloud-amd64', 'xt_addrtype'))).to.deep.equal(['stale-kernel'])
    const older = withTree(legacy, '5.10.0-1-cloud-amd64', 'ip_tables', 'iptable_nat', 'iptable_filter')
    expect(named(older)).to.deep.equal(['module-absent'])
    expect(find(older)!.evidence.map(({ line }) => line)).to.include('has ip_tables, iptable_nat, iptable_filter')
  })

  it('is named beside a stale kernel where each lacks another one', () => {
    const facts = withTree(broken, '6.1.0-99-cloud-amd64', 'xt_conntrack')
    const modules = facts.modules.map((each) =>
      each.name === 'xt_conntrack' ? { ...each, state: 'missing' as const, detail: 'not found' } : each,
    )
    const trees = facts.trees.map((tree) =>
      tree.kernel === facts.system.kernel
        ? { ...tree, modules: tree.modules.filter((name) => name !== 'xt_conntrack') }
        : tree,
    )
    expect(examinationOf({ ...facts, modules, trees }).findings.map(({ cause }) => cause)).to.have.members([
      'module-absent',
      'stale-kernel',
    ])
  })
})

describe('a module that is absent', () => {
  const without = (facts: Facts, name: string, state: 'loaded' | 'missing'): Facts => ({
    ...facts,
    modules: facts.modules.map((each) => (each.name === name ? { name, state, detail: 'not found' } : each)),
    trees: facts.trees.map((tree) => ({ ...tree, modules: tree.modules.filter((each) => each !== name) })),
  })

  it('is latent while it is loaded', () =>
    expect(find(without(healthy, 'xt_addrtype', 'loaded'))).to.include({ state: 'latent' }))

  it('is not believed to be missing where dockerd’s NAT rules are there: it was built in, and modprobe does not know', () => {
    expect(find(without(healthy, 'xt_addrtype', 'missing'))).to.equal(undefined)
    const xtables = { ...healthy.xtables, nft: { ...healthy.xtables.nft, rules: [] } }
    expect(find({ ...without(healthy, 'xt_addrtype', 'missing'), xtables })).to.include({ state: 'latent' })
  })

  it('is none of our business where dockerd does not need it', () => {
    const lacking = without(healthy, 'xt_addrtype', 'loaded')
    expect(find(without(healthy, 'iptable_nat', 'missing'))).to.equal(undefined)
    for (const config of [{ iptables: false }, { 'firewall-backend': 'nftables' }])
      expect(find({ ...lacking, docker: { ...lacking.docker, config } })).to.equal(undefined)
    expect(find({ ...lacking, docker: { ...lacking.docker, binaries: [], processes: [] } })).to.equal(undefined)
  })

  it('is latent where iptables was switched to tables that the kernel does not have, before dockerd is restarted', () => {
    const switched = without(without(healthy, 'iptable_nat', 'missing'), 'iptable_filter', 'missing')
    const facts = { ...switched, iptables: { ...switched.iptables, version: 'iptables v1.8.9 (legacy)' } }
    expect(find(facts)).to.include({ state: 'latent' })
    expect(advice(facts).remedies).to.deep.equal(['switch-to-iptables-nft'])
  })

  it('is not known where the running kernel has no tree: its modules may all be built in', () =>
    expect(find({ ...broken, trees: [] })).to.equal(undefined))

  it('does not explain a dockerd that is down for another reason', () => {
    const journal = ['failed to start daemon: Unable to get the full path to root (/data): no such file or directory']
    const { findings, unexplained } = examinationOf({ ...broken, docker: { ...broken.docker, journal } })
    expect(findings.map(({ cause, state }) => [cause, state])).to.deep.equal([['module-absent', 'latent']])
    expect(unexplained).to.have.length(1)
  })
})
