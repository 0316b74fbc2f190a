import { expect } from 'chai'
import { examineFacts } from '../../diagnosis/examine.ts'
import { withPackets } from '../../diagnosis/followed.ts'
import type { Trace } from '../../trace/trace.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const { settled, ...facts } = bundlesOf('mtu-black-hole').own('sick/debian12-silent-path')
const seen = examineFacts(facts)

const large = (container: string, end: Trace['end']): Trace => ({
  flow: {
    container,
    network: 'bridge',
    bridge: 'docker0',
    source: '172.17.0.2',
    address: '203.0.113.10',
    port: 80,
    protocol: 'tcp',
    kind: 'egress',
    size: 'full',
    ought: 'pass',
    title: `${container} on bridge to the outside, large TCP transfers`,
  },
  by: 'packets',
  end,
  summary: 'a large transfer',
  stations: [],
})
const namedWith = (...traces: Trace[]): string[] => withPackets(seen, traces).findings.map(({ cause }) => cause)

describe('an uplink that is narrower than containers accept', () => {
  it('is judged unknown by evidence alone, with the command that settles it', () => {
    expect(settled).to.deep.equal(['path behind wan0'])
    expect(seen).to.deep.include({ verdict: 'unknown', findings: [] })
    expect(seen.notChecked.find(({ cause }) => cause === 'mtu-black-hole')?.why).to.contain('--trace')
  })

  it('is named once a large transfer was lost, and not where one was answered', () => {
    const { verdict, unexplained } = withPackets(seen, [large('probe-default', 'too-large')])
    expect({ verdict, unexplained }).to.deep.equal({ verdict: 'sick', unexplained: [] })
    expect(namedWith(large('probe-default', 'too-large'))).to.deep.equal(['mtu-black-hole'])
    expect(namedWith(large('probe-default', 'answered'))).to.deep.equal([])
  })

  it('is not named for a packet of a container that the host does not have', () => {
    expect(namedWith(large('stranger', 'too-large'))).to.deep.equal([])
  })
})
