import { expect } from 'chai'
import pc from 'picocolors'
import { examineFacts } from '../../diagnosis/examine.ts'
import type { Facts } from '../../evidence/facts.ts'
import { healthy } from '../../simulate/walk/healthy-host.spec-data.ts'
import { examinationLines } from './examination.ts'

const shown = (rule: object): string => {
  const ends = { priority: 90, not: false, action: 'prohibit', unknown: [], ...rule } as Facts['policyRules'][number]
  const seen = examineFacts({ ...healthy, policyRules: [ends, ...healthy.policyRules] })
  return examinationLines('host.bundle', seen, [], { ...pc.createColors(false), columns: 120 }).join('\n')
}

describe('the report on a cause', () => {
  it('has next steps where no procedure applies, with the whole rule to delete', () =>
    expect(shown({ dst: '203.0.113.0/24', uidrange: '0' })).to.match(
      /^ {2}Next\n {4}ip rule\n {4}ip rule del from all to 203\.0\.113\.0\/24 uidrange 0-0 prohibit priority 90/m,
    ))

  it('has only the procedures where one does', () => {
    const text = shown({ src: '172.17.0.0/16' })
    expect(text).to.contain('remove-rule')
    expect(text).to.not.match(/^ {2}Next$/m)
  })
})
