import { expect } from 'chai'
import { readFacts } from './facts.ts'
import { sealBundle } from './reseal.ts'

// Each text is what a real host printed, shortened.
const facts = (name: string, text: string, more: [string, string][] = []) => {
  const all = readFacts(sealBundle([[name, text] as const, ...more].map(([name, text]) => ({ name, text }))))
  expect(all.sections[name]).to.include({ status: 'ok', why: '' })
  return all
}

describe('the settings and counters of a bundle', () => {
  it('settings, counters, the connection table', () => {
    const { sysctls, settings } = facts(
      'sysctls',
      '/proc/sys/net/ipv4/ip_forward:1\n/proc/sys/net/ipv4/conf/eth0.5/rp_filter:2\n/proc/sys/net/ipv4/ip_local_port_range:32768\t60999',
    )
    expect(sysctls).to.include({ 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.eth0.5.rp_filter': '2' })
    expect(settings).to.include({ 'net/ipv4/ip_forward': '1', 'net/bridge/bridge-nf-call-iptables': 'absent' })
    const counters = `Ip: Forwarding InReceives InDiscards
Ip: 1 122 3
TcpExt: SyncookiesSent IPReversePathFilter
TcpExt: 0 17
Ip6InDiscards                   	4
dev eth0: 5092 61 0 7 0 0 0 0 7000 65 0 9 0 0 0 0`
    expect(facts('drop-counters', counters).dropCounters).to.include({
      IpInDiscards: 3,
      TcpExtIPReversePathFilter: 17,
      Ip6InDiscards: 4,
      'dev eth0 rx': 7,
      'dev eth0 tx': 9,
    })
    const stats = `count 56\nmax 262144\nentries  clashres found insert insert_failed drop early_drop
00000038  00000000 00000000 00000000 00000001 0000000a 00000000
00000038  00000000 00000000 00000000 00000002 00000010 00000000`
    expect(facts('conntrack-stats', stats).conntrack).to.deep.equal({
      count: 56,
      max: 262144,
      drops: { insert_failed: 3, drop: 26, early_drop: 0 },
    })
  })
})
