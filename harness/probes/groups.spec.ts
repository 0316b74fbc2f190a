import { expect } from 'chai'
import { probes } from './index.ts'

describe('the groups of probes', () => {
  it('are what the containers send outward, and each published port', () => {
    const groups: Record<string, string[]> = {}
    for (const { name, group } of probes) if (group) groups[group] = [...(groups[group] ?? []), name]
    const outward = ['tcp', 'udp', 'icmp', 'dns', 'large']
    const inward = ['loopback', 'host', 'outside']
    expect(groups).to.deep.equal({
      egress: outward.map((each) => `egress-${each}`),
      user: outward.map((each) => `user-${each}`),
      published: inward.map((each) => `published-${each}`),
      'user-published': inward.map((each) => `user-published-${each}`),
      ipv6: ['egress-tcp', 'egress-icmp', 'published-host', 'published-outside'].map((each) => `ipv6-${each}`),
    })
  })
})
