import { expect } from 'chai'
import { currentName } from './renamed.ts'

describe('a name of before', () => {
  const cases = {
    'debian12-restart-iptables': 'debian12-rules-flushed',
    'debian12-restart-iptables-all-tables#2': 'debian12-rules-flushed-all-tables#2',
    'debian13-ip-masq-false-live-restore': 'debian13-masquerade-off-live-restore',
    'debian12-ip-masq-false-iptables-false': 'debian12-iptables-off',
    'debian-testing-iptables-1.8.11-proxy-off': 'debian-testing-iptables-check-broken-proxy-off',
    'debian12-two-at-once-masq-flush': 'debian12-two-at-once-masquerade-off-and-rules-flushed',
    '*-ip-masq-false*': '*-masquerade-off*',
    'restart-iptables': 'rules-flushed',
  }
  for (const [old, now] of Object.entries(cases))
    it(`${old} is ${now} today`, () => expect(currentName(old)).to.equal(now))

  it('is left alone where it only begins alike', () => {
    for (const name of ['debian12-stale-kernel', 'debian12-restart-iptablesx', 'debian12-rules-flushed'])
      expect(currentName(name)).to.equal(name)
  })
})
