import { expect } from 'chai'
import { examinationOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { recordedAt } from '../bundles.spec-data.ts'

const healthy = recordedAt('causes/masquerade-off/evidence/well/debian12-healthy').facts
const withTable = (conntrack: Partial<Facts['conntrack']>): Facts => ({
  ...healthy,
  conntrack: { drops: {}, ...conntrack },
})

describe('a full table of connections', () => {
  it('is named, and nothing is reported to work', () => {
    const { verdict, findings, works, unexplained } = examinationOf(withTable({ count: 65_536, max: 65_536 }))
    expect([verdict, findings.map(({ cause }) => cause), works, unexplained]).to.deep.equal([
      'sick',
      ['conntrack-full'],
      [],
      [],
    ])
  })

  it('is named with the file that limits it, and the packets that it cost', () => {
    const bootFiles = [{ file: '/etc/sysctl.d/60-tuning.conf', line: 'net.netfilter.nf_conntrack_max = 400' }]
    const conntrack = { count: 399, max: 400, drops: { drop: 7 } }
    const [finding] = examinationOf({ ...withTable(conntrack), bootFiles }).findings
    expect(finding!.summary).to.contain('/etc/sysctl.d/60-tuning.conf')
    expect(finding!.evidence.map(({ line }) => line)).to.include('drop: 7 packets since boot')
    expect(finding!.remedies[0]!.steps[1]).to.equal('sysctl -w net.netfilter.nf_conntrack_max=262144')
  })

  it('is no problem while there is room, or where the kernel sets no limit', () => {
    for (const conntrack of [
      { count: 64_000, max: 65_536 },
      { count: 10, max: 0 },
      { count: 5, max: 65_536, drops: { drop: 9 } },
    ])
      expect(examinationOf(withTable(conntrack)).verdict).to.equal('healthy')
  })

  it('is not ruled out where nobody counted', () => {
    const { notChecked } = examinationOf(withTable({}))
    expect(notChecked.map(({ cause }) => cause)).to.include('conntrack-full')
  })
})
