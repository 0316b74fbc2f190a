import { expect } from 'chai'
import { host, met, packets } from '../truth.spec-data.ts'
import { isUnknown } from '../truth.ts'
import { compileNftRule } from './rule.ts'

const scope = {
  family: 'inet',
  table: 't',
  chain: 'c',
  objects: { sets: [], maps: [], others: [] },
  written: new Set<string>(),
  links: new Map(),
  id: 'rule',
  cache: new Map(),
}
const differs = (protocol: string, field: string, right: unknown, op = '!=') => ({
  match: { op, left: { payload: { protocol, field } }, right },
})

/** Whether a rule of these matches meets a TCP packet from port 40000 to port 80. */
function answerOf(...expr: object[]): boolean | 'unknown' {
  const packet = {
    ...Object.values(packets)[0]!.packet,
    protocol: 'tcp',
    sourcePort: 40000,
    destinationPort: 80,
  } as const
  const rule = compileNftRule({ expr: expr as Record<string, unknown>[] }, '', scope)
  const truth = met(rule.operations, { packet, hook: 'forward', priority: 0, family: 'ip', device: '', host })
  return isUnknown(truth) ? 'unknown' : truth
}

// Seen on Linux 6.18 with nft 1.0.6: the first rule drops a packet from port 40000 to port 9000.
describe('adjacent fields that are to differ from values', () => {
  it('are one condition or two: where only one differs, the listing leaves open which', () => {
    expect(answerOf(differs('tcp', 'sport', 81), differs('tcp', 'dport', 80))).to.equal('unknown')
    expect(answerOf(differs('tcp', 'sport', 40000), differs('tcp', 'dport', 443))).to.equal('unknown')
    expect(answerOf(differs('tcp', 'sport', 40000), differs('th', 'dport', 443))).to.equal('unknown')
  })

  it('are the same both ways where all differ, or none', () => {
    expect(answerOf(differs('tcp', 'sport', 81), differs('tcp', 'dport', 443))).to.equal(true)
    expect(answerOf(differs('tcp', 'sport', 40000), differs('tcp', 'dport', 80))).to.equal(false)
  })

  it('are two conditions where one is a set, or has to be equal, or they do not adjoin', () => {
    const set = { set: [81, 82] }
    expect(answerOf(differs('tcp', 'sport', set), differs('tcp', 'dport', 80))).to.equal(false)
    expect(answerOf(differs('tcp', 'sport', 40000, '=='), differs('tcp', 'dport', 80))).to.equal(false)
    expect(answerOf(differs('ip', 'saddr', '192.0.2.99'), differs('tcp', 'dport', 80))).to.equal(false)
  })
})
