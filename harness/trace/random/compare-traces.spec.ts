import { expect } from 'chai'
import { skipped } from '../../lib/skipped.spec-data.ts'
import { Agent } from '../../simulate/kernel/agent.ts'
import { missing } from '../../simulate/kernel/capabilities.ts'
import type { BaseHost, Change } from '../../simulate/kernel/host-spec.ts'
import { type Comparison, compareRecording } from './compare-traces.ts'
import { judge } from './judge.ts'
import { mutations } from './mutations.ts'
import { record } from './recording.ts'

const base: BaseHost = {
  rules: 'nft',
  forwardPolicy: 'DROP',
  masquerade: true,
  proxy: false,
  rpFilter: 2,
  bridged: true,
  ipv6: false,
}
// A drop by each backend, on the way back, and at a link.
const changes: Change[] = [
  {
    kind: 'nft ip filter prerouting',
    nft: [
      'add table ip t1',
      'add chain ip t1 main { type filter hook prerouting priority 0; }',
      'add rule ip t1 main iifname "wan0" ip saddr 203.0.113.10 udp sport 9000 drop',
    ],
  },
  {
    kind: 'iptables-legacy filter',
    iptables: {
      backend: 'legacy',
      family: 4,
      table: 'filter',
      chains: [],
      rules: ['-A FORWARD -s 172.18.0.2 -p tcp -j DROP'],
    },
  },
  { kind: 'no master', ip: ['link set v2 nomaster'] },
]

describe('a tracer on a host of network namespaces', function () {
  this.timeout(120_000)
  let compared: Comparison[] = []

  before(async function () {
    const { hosts } = missing()
    if (hosts !== '') skipped(this, hosts)
    await using agent = new Agent()
    // A busy machine answers late.
    const recording = await record(agent, { base, changes, collect: 'before' }, 4)
    compared = compareRecording(recording)
  })

  const of = (title: string): string => {
    const { is, trace } = compared.find((each) => each.title === title)!
    return `${is}: ${trace.end}${trace.at ? ` at ${trace.at.way} ${trace.at.location}` : ''}${trace.terminatingRule ? ` by ${trace.terminatingRule.backend} ${trace.terminatingRule.table}` : ''}`
  }

  it('gives the location of each planted drop, and reports answered flows', () => {
    expect(of('c1 -> 203.0.113.10:9000/tcp')).to.equal('answered: answered')
    expect(of('c1 -> 203.0.113.10:9000/udp')).to.equal('same: dropped at back prerouting by nft ip t1')
    expect(of('c3 -> 203.0.113.10:9000/tcp')).to.equal('same: dropped at out forward by legacy ip filter')
    expect(of('outside -> 192.0.2.2:8080/tcp')).to.equal('answered: answered')
    expect(of('c1 -> 172.17.0.3:80/tcp')).to.match(/^same: no-(link|neighbour) at (out|back) (bridge|container)$/)
    expect(compared.length).to.be.above(20)
    expect(compared.filter(({ is }) => is === 'other').map(({ title, why }) => `${title}: ${why}`)).to.deep.equal([])
  })

  for (const [name, mutation] of Object.entries(mutations))
    it(`is found where it lies: ${name}`, () => {
      const wrong = compared.filter(
        (each) => judge(mutation(each.trace), each.kernel, each.truth, each.walk, { base, changes }).is === 'other',
      )
      expect(wrong).to.not.have.length(0)
    })
})
