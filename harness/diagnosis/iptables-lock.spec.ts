import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { examineFacts } from './examine.ts'

const healthy = readFacts(readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8'))
const held = (version: string): Facts => ({
  ...healthy,
  iptables: { ...healthy.iptables, version },
  lockHolders: [{ pid: 4711, name: 'sh' }],
})

describe('a process that keeps the lock of iptables', () => {
  it('keeps dockerd waiting where its iptables is the legacy one', () => {
    const { verdict, symptoms } = examineFacts(held('iptables v1.8.9 (legacy)'))
    expect(verdict).to.equal('unknown')
    expect(symptoms.map(({ what, next }) => [what, ...next])).to.deep.equal([
      ['the lock of iptables', 'ps -o pid,etime,args -p 4711'],
    ])
    expect(symptoms[0]?.message).to.contain('4711 (sh)')
  })

  it('keeps nobody waiting where it is iptables-nft', () =>
    expect(examineFacts(held('iptables v1.8.9 (nf_tables)')).verdict).to.equal('healthy'))
})
