import { expect } from 'chai'
import { readConnections } from './connection.ts'
import { inSubnet } from './ipv4.ts'

describe('IPv4 evidence', () => {
  it('knows what lies in a subnet', () => {
    expect(inSubnet('172.17.0.2', '172.17.0.0/16')).to.equal(true)
    expect(inSubnet('172.18.0.2', '172.17.0.0/16')).to.equal(false)
    expect(inSubnet('172.17.0.0/16', '172.16.0.0/12')).to.equal(true)
    expect(inSubnet('172.16.0.0/12', '172.17.0.0/16')).to.equal(false)
    expect(inSubnet('192.0.2.200', '192.0.2.128/25')).to.equal(true)
    expect(inSubnet('10.0.0.1', '10.0.0.1')).to.equal(true)
    expect(inSubnet('203.0.113.1', '0.0.0.0/0')).to.equal(true)
  })

  it('reads connections, translated and not', () => {
    const [bare, masqueraded, ...rest] = readConnections([
      'icmp     1 21 src=172.17.0.2 dst=203.0.113.10 type=8 code=0 id=32 [UNREPLIED] src=203.0.113.10 dst=172.17.0.2 type=0 code=0 id=32 mark=0 use=1',
      'tcp      6 115 TIME_WAIT src=172.30.1.10 dst=203.0.113.10 sport=51654 dport=80 src=203.0.113.10 dst=192.0.2.2 sport=80 dport=51654 [ASSURED] mark=0 use=1',
      'conntrack v1.4.7: 2 flow entries have been shown.',
    ])
    expect(bare).to.include({
      source: '172.17.0.2',
      destination: '203.0.113.10',
      replyTo: '172.17.0.2',
      answered: false,
    })
    expect(masqueraded).to.include({ source: '172.30.1.10', replyTo: '192.0.2.2', answered: true })
    expect(rest).to.deep.equal([])
  })
})
