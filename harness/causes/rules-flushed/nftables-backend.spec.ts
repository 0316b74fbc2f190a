import { expect } from 'chai'
import { examinationOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const recorded = bundlesOf('rules-flushed').own('well/debian-testing-nftables-backend')
// Simulated: no package has Docker 29. The host's rules and packets are real; only dockerd's version and settings are
// exchanged for those that make such rules.
const masquerade = 'com.docker.network.bridge.enable_ip_masquerade'
const healthy: Facts = {
  ...recorded,
  docker: {
    ...recorded.docker,
    server: '29.0.0',
    config: { 'firewall-backend': 'nftables' },
    networks: recorded.docker.networks.map((each) => ({ ...each, options: { ...each.options, [masquerade]: 'true' } })),
  },
}
const withoutTable: Facts = { ...healthy, nft: healthy.nft.filter(({ table }) => table !== 'docker-bridges') }
const outcomeOf = (facts: Facts) => {
  const { verdict, findings, unexplained } = examinationOf(facts)
  return { verdict, causes: findings.map(({ cause, state }) => `${cause} ${state}`), unexplained }
}

describe('a host with the nftables backend of Docker 29', () => {
  it('is healthy with its table, and nothing is missing that this backend does not make', () =>
    expect(outcomeOf(healthy)).to.deep.equal({ verdict: 'healthy', causes: [], unexplained: [] }))

  it('has its rules flushed where the table is gone: nothing masquerades, and isolation is open', () => {
    const seen = outcomeOf(withoutTable)
    expect(seen).to.deep.equal({ verdict: 'sick', causes: ['rules-flushed active'], unexplained: [] })
    expect(examinationOf(withoutTable).findings[0]!.evidence).to.deep.include({
      from: 'nft list tables',
      line: 'no table ip docker-bridges',
    })
  })

  it('is not judged by a listing that failed', () => {
    const sections = { ...withoutTable.sections, 'rules-native': { status: 'failed', why: 'nft: killed' } as const }
    const { notChecked } = examinationOf({ ...withoutTable, sections })
    expect(notChecked.map(({ cause }) => cause)).to.include('rules-flushed')
  })

  it('does not forward where net.ipv4.ip_forward is 0, which this backend does not turn on', () => {
    const off = Object.keys(healthy.sysctls).filter((name) =>
      /^net\.ipv4\.(ip_forward$|conf\..*\.forwarding$)/.test(name),
    )
    expect(off).to.have.length.above(3)
    const sysctls = { ...healthy.sysctls, ...Object.fromEntries(off.map((name) => [name, '0'])) }
    expect(outcomeOf({ ...healthy, sysctls }).causes).to.deep.equal(['forwarding-off active'])
  })

  it('loses packets to a policy DROP that iptables left behind, although its own chains accept them', () => {
    const left = parseIptablesSave(['*filter', ':FORWARD DROP', 'COMMIT'])
    const { verdict, symptoms } = examinationOf({ ...healthy, xtables: { ...healthy.xtables, nft: left } })
    expect(verdict).to.equal('sick')
    expect(symptoms[0]!.message).to.contain('policy drop in ip filter FORWARD')
  })
})
