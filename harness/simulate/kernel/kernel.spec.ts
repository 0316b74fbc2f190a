import { expect } from 'chai'
import { readFacts } from '../../evidence/facts.ts'
import { skipped } from '../../lib/skipped.spec-data.ts'
import { Agent } from './agent.ts'
import { missing } from './capabilities.ts'
import { evidenceOf } from './evidence.ts'
import { titleOf } from './flows.ts'
import type { BaseHost, Change } from './host-spec.ts'
import { RealHost } from './real-host.ts'

const base: BaseHost = {
  rules: 'nft',
  forwardPolicy: 'DROP',
  masquerade: true,
  proxy: true,
  rpFilter: 2,
  bridged: true,
  ipv6: false,
}

describe('a host of network namespaces', function () {
  this.timeout(20_000)
  before(function () {
    const { hosts } = missing()
    if (hosts !== '') skipped(this, hosts)
  })

  const deadOn = async (changes: Change[]): Promise<string[]> => {
    await using agent = new Agent()
    await using host = await RealHost.make(agent, { base, changes, collect: 'before' })
    const endings = await host.send(host.flows, 1000)
    return host.flows.flatMap((flow, index) => (endings[index] === 'answered' ? [] : [titleOf(flow)]))
  }

  it('works like a container host, isolation included', async () => {
    expect(await deadOn([])).to.deep.equal([
      'c1 -> 172.18.0.2:80/tcp',
      'c3 -> 172.17.0.2/icmp',
      'c3 -> 192.0.2.2:8080/tcp',
    ])
  })

  it('loses what is broken, and nothing else', async () => {
    const dead = await deadOn([
      {
        kind: 'one rule',
        nft: [
          'add table ip t',
          'add chain ip t c { type filter hook forward priority 0; }',
          'add rule ip t c ip protocol icmp drop',
        ],
      },
    ])
    expect(dead).to.include('c1 -> 203.0.113.10/icmp').and.to.not.include('c1 -> 203.0.113.10:9000/tcp')
    expect(dead).to.include('c2 -> 172.17.0.2/icmp').and.to.not.include('c1 -> 172.17.0.1/icmp')
  })

  it('is described alike by the collector and by its sections', async () => {
    await using agent = new Agent()
    await using host = await RealHost.make(agent, { base, changes: [], collect: 'before' })
    const [whole, quick] = [await evidenceOf(host, false, true), await evidenceOf(host, false, false)].map(readFacts)
    for (const name of ['links', 'routes', 'policyRules', 'nft', 'xtables', 'listeners', 'containers'] as const)
      expect(quick![name], name).to.deep.equal(whole![name])
    expect(quick!.containers.map(({ container, read }) => [container, read])).to.deep.equal([
      ['c1', true],
      ['c2', true],
      ['c3', true],
    ])
  })
})
