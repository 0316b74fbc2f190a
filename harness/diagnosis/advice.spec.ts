import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { examineFacts } from './examine.ts'

/** The advice on a recorded host, by cause: what is recommended, and what is deferred, with the reason. */
const adviceAt = (path: string) =>
  Object.fromEntries(
    examineFacts(recordedAt(path).facts).findings.map(({ cause, remedies, deferred }) => [
      cause,
      { now: remedies.map(({ name }) => name), later: deferred.map(({ name, why }) => `${name}: ${why}`) },
    ]),
  )

describe('a remedy that restarts dockerd', () => {
  it('is deferred while iptables ignores interfaces, but for the one that replaces iptables', () => {
    const advice = adviceAt('evidence/two-at-once/debian12-iptables-check-broken-and-rules-flushed')
    expect(advice['iptables-check-broken']).to.deep.equal({ now: ['upgrade-iptables-and-restart-docker'], later: [] })
    expect(advice['rules-flushed']!.now).to.deep.equal([])
    expect(advice['rules-flushed']!.later).to.have.length(3)
    for (const line of advice['rules-flushed']!.later) expect(line).to.contain('iptables ignores interfaces')
  })

  it('is deferred while dockerd would not start', () => {
    const { later, now } = adviceAt('evidence/two-at-once/debian12-masquerade-off-and-firewalld-zone')[
      'masquerade-off'
    ]!
    expect(now).to.deep.equal([])
    expect(later.join()).to.contain('would not start again: firewalld holds')
  })

  it('is recommended where its own steps remove what is in the way', () =>
    expect(adviceAt('causes/stale-kernel/evidence/sick/debian12-broken')['stale-kernel']!.now).to.include.members([
      'reboot',
      'reinstall-running-kernel',
    ]))
})
