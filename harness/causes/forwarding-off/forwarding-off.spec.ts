import { expect } from 'chai'
import { examinationOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { recordedAt } from '../bundles.spec-data.ts'

const healthy = recordedAt('causes/masquerade-off/evidence/well/debian12-healthy').facts
const withSysctls = (sysctls: Record<string, string>): Facts => ({
  ...healthy,
  sysctls: { ...healthy.sysctls, ...sysctls },
})
const named = (facts: Facts) => examinationOf(facts).findings.map(({ cause }) => cause)
const everywhere = Object.fromEntries(
  Object.keys(healthy.sysctls)
    .filter((name) => /^net\.ipv4\.(ip_forward$|conf\..*\.forwarding$)/.test(name))
    .map((name) => [name, '0']),
)

describe('forwarding that is off', () => {
  it('is no fault for a device that no container needs, nor in a file that something overruled', () => {
    for (const device of ['lo', 'dummy0', 'default'])
      expect(named(withSysctls({ [`net.ipv4.conf.${device}.forwarding`]: '0' })), device).to.deep.equal([])
    const bootFiles = [...healthy.bootFiles, { file: '/etc/sysctl.d/60-a.conf', line: 'net.ipv4.ip_forward = 0' }]
    expect(named({ ...healthy, bootFiles })).to.deep.equal([])
  })

  it('is named where it stops one network alone', () =>
    expect(named(withSysctls({ 'net.ipv4.conf.br-probe-a.forwarding': '0' }))).to.deep.equal(['forwarding-off']))

  it('is undone in every file of the administrator’s, and overruled where a package’s file sets it', () => {
    expect(Object.keys(everywhere)).to.have.length.above(5)
    const bootFiles = [
      { file: '/etc/sysctl.d/60-a.conf', line: '-net/ipv4/ip_forward=0' },
      { file: '/etc/sysctl.d/61-b.conf', line: 'net.ipv4.ip_forward = 1' },
      { file: '/usr/lib/sysctl.d/70-c.conf', line: 'net.ipv4.conf.*.forwarding = 0' },
    ]
    const [finding] = examinationOf({ ...withSysctls(everywhere), bootFiles }).findings
    expect(finding!.summary).to.contain('set by /usr/lib/sysctl.d/70-c.conf')
    expect(finding!.remedies[0]!.steps).to.deep.equal([
      "sed -i 's|^[[:space:]]*-net/ipv4/ip_forward=0|# &|' /etc/sysctl.d/60-a.conf",
      "echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/zz-docker-forwarding.conf",
      'sysctl -w net.ipv4.ip_forward=1',
    ])
  })

  it('is overruled for every device in one file', () => {
    const bootFiles = [{ file: '/usr/lib/sysctl.d/70-c.conf', line: 'net.ipv4.conf.*.forwarding = 0' }]
    const devices = { 'net.ipv4.conf.docker0.forwarding': '0', 'net.ipv4.conf.wan0.forwarding': '0' }
    const [finding] = examinationOf({ ...withSysctls(devices), bootFiles }).findings
    expect(finding!.remedies[0]!.steps[0]).to.equal(
      "echo 'net.ipv4.conf.docker0.forwarding = 1\nnet.ipv4.conf.wan0.forwarding = 1' >/etc/sysctl.d/zz-docker-forwarding.conf",
    )
  })
})
