import { expect } from 'chai'
import { simulate } from './index.ts'
import { ends, healthy, sysctls } from './walk/healthy-host.spec-data.ts'

const timeout = (name: string, value: string) => sysctls({ [`net.netfilter.nf_conntrack_${name}`]: value })
const tcp = 'probe-default on bridge to the outside, TCP'
const udp = 'probe-default on bridge to the outside, UDP'

describe('how long the kernel knows a connection', () => {
  it('leaves open whether an answer comes in time where that is no longer than an answer takes', () => {
    for (const value of ['0', '1']) {
      expect(ends(timeout('udp_timeout', value), udp)).to.deep.equal(['unclear back prerouting dropped'])
      expect(ends(timeout('udp_timeout', value), tcp)).to.deep.equal(['passes'])
    }
    expect(ends(timeout('tcp_timeout_syn_sent', '1'), tcp)).to.deep.equal(['unclear back prerouting dropped'])
  })

  it('matters no more where it is longer, or is not known', () => {
    expect(ends(timeout('udp_timeout', '2'), udp)).to.deep.equal(['passes'])
    expect(ends(timeout('tcp_timeout_time_wait', '0'), tcp)).to.deep.equal(['passes'])
    expect(ends(healthy, udp)).to.deep.equal(['passes'])
  })

  it('does not save a flow that dies', () => {
    const facts = { ...timeout('udp_timeout', '0') }
    const dead = { ...facts, sysctls: { ...facts.sysctls, 'net.ipv4.conf.docker0.forwarding': '0' } }
    const [walk] = simulate(dead).walks.filter(({ flow }) => flow.title.includes(udp))
    expect(walk?.end).to.equal('dies')
  })
})
