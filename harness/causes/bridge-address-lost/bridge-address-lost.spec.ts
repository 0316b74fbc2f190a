import { expect } from 'chai'
import { examinationOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts, LinkFact } from '../../evidence/facts.ts'
import { bundlesOf, recordedAt } from '../bundles.spec-data.ts'

const gone = bundlesOf('bridge-address-lost').own('sick/debian12-removed')
const healthy = recordedAt('causes/masquerade-off/evidence/well/debian12-healthy').facts
const named = (facts: Facts) => examinationOf(facts).findings.map(({ cause }) => cause)

const withBridge = (facts: Facts, change: Partial<LinkFact>): Facts => ({
  ...facts,
  links: facts.links.map((link) => (link.name === 'docker0' ? { ...link, ...change } : link)),
})
const withNetworks = (facts: Facts, change: Partial<Facts['docker']['networks'][number]>): Facts => ({
  ...facts,
  docker: { ...facts.docker, networks: facts.docker.networks.map((network) => ({ ...network, ...change })) },
})

describe('a bridge’s address that is lost', () => {
  it('is named on a host that shows no other reason', () => expect(named(gone)).to.deep.equal(['bridge-address-lost']))

  it('is another matter where systemd-networkd manages the bridge, and where the bridge is to have none', () => {
    const unit = { ...gone.units['docker.service']!, active: 'active' }
    const bootFiles = ['[Match]', 'Name=docker0'].map((line) => ({ file: '/etc/systemd/network/a.network', line }))
    const managed = { ...gone, units: { ...gone.units, 'systemd-networkd.service': unit }, bootFiles }
    expect(named(managed)).to.not.include('bridge-address-lost')
    const options = { 'com.docker.network.bridge.inhibit_ipv4': 'true' }
    expect(named(withNetworks(gone, { options }))).to.not.include('bridge-address-lost')
  })

  it('is no fault where flows pass: a wrong netmask beside the route, a second address', () => {
    const [own] = healthy.links.find(({ name }) => name === 'docker0')!.ips
    for (const ips of [[{ ...own!, prefix: 32 }], [own!, { ...own!, address: '10.9.9.9', prefix: 24 }]])
      expect(named(withBridge(healthy, { ips }))).to.deep.equal([])
  })

  it('is put back as containers use it, where an old engine shows no gateway', () => {
    expect(gone.docker.networks.map(({ gateway }) => gateway)).to.include('')
    const [finding] = examinationOf(gone).findings
    expect(finding!.remedies[0]!.steps).to.deep.equal(['ip address replace 172.17.0.1/16 dev docker0'])
  })
})
