import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { examineFacts } from './examine.ts'

const healthy = readFacts(readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8'))
const neighbours = (neighbourTables: Facts['neighbourTables'], most = '1024'): Facts => ({
  ...healthy,
  neighbourTables,
  sysctls: { ...healthy.sysctls, 'net.ipv4.neigh.default.gc_thresh3': most },
})

describe('the kernel’s table of neighbours', () => {
  it('may have no place for another one where it is full', () => {
    const { verdict, notJudged } = examineFacts(neighbours({ arp: 1024 }))
    expect(verdict).to.equal('unknown')
    expect(notJudged.join()).to.contain('1024 of 1024 (net.ipv4.neigh.default.gc_thresh3)')
  })

  it('has room below that, and where it is not known', () => {
    expect(examineFacts(neighbours({ arp: 1023 })).verdict).to.equal('healthy')
    expect(examineFacts(neighbours({})).verdict).to.equal('healthy')
    expect(examineFacts(neighbours({ arp: 5, ndisc: 90 })).verdict).to.equal('healthy')
  })
})
