import { expect } from 'chai'
import { host, kernelTruth, links, met, packets } from '../truth.spec-data.ts'
import { isUnknown } from '../truth.ts'
import { compileNftRule } from './rule.ts'

const { rules, tail } = kernelTruth('nft/matches.truth')
const sets = tail.map((line) => ({
  ...JSON.parse(line.split('\t')[1]!),
  kind: 'set',
  flags: [],
  elem: [] as unknown[],
}))
const listed = tail.map((line, at) => ({ ...sets[at]!, ...JSON.parse(line.split('\t')[1]!) }))
const scope = {
  family: 'inet',
  table: 't',
  chain: 'c',
  objects: { sets: listed, maps: [], others: [] },
  written: new Set<string>(),
  links,
}

// Rightly unknown: ICMP has its checksum where ports would be, and the evidence does not hold a program's user.
const open = ['th dport 80', 'meta skuid 0', 'meta skuid != 0', 'ct status assured', 'ct status != dnat', 'ct reply ip']

describe('rules of nftables', () => {
  const names = Object.keys(packets)

  for (const [column, name] of names.entries())
    it(`match ${name} where the kernel matched them`, () => {
      const { packet, hook, early, late } = packets[name]!
      let judged = 0
      const wrong: string[] = []
      for (const { text, rest, answers } of rules) {
        const answer = answers[column]
        if (answer === '-') continue
        const priority = early ? -300 : late ? 200 : -50
        const context = { packet, hook, priority, family: 'ip', device: '', host } as const
        const rule = compileNftRule({ expr: JSON.parse(rest) }, text, { ...scope, id: text, cache: new Map() })
        const truth = met(rule.operations, { ...context })
        if (isUnknown(truth)) {
          if (!open.some((each) => text.startsWith(each))) wrong.push(`${text}: not known`)
          continue
        }
        judged++
        if (truth !== (answer === '1')) wrong.push(`${text}: ${truth}`)
      }
      expect(wrong).to.deep.equal([])
      expect(judged).to.be.greaterThan(155)
    })

  it('matched in some cases and not in others', () => {
    const answers = rules.flatMap((rule) => [...rule.answers])
    expect(rules).to.have.lengthOf.greaterThan(170)
    expect(answers.filter((each) => each === '1').length).to.be.greaterThan(500)
    expect(answers.filter((each) => each === '0').length).to.be.greaterThan(500)
  })

  it('go by the length of a transfer’s packets only where that is the same for joined segments', () => {
    const { packet, hook } = packets['forward-syn']!
    const transfer = { ...packet, state: 'established', length: 1500 } as const
    const truth = (match: object, sent: typeof packet): unknown => {
      const rule = compileNftRule({ expr: [{ match }] }, '', { ...scope, id: '', cache: new Map() })
      const answer = met(rule.operations, { packet: sent, hook, priority: 0, family: 'ip', device: '', host })
      return isUnknown(answer) ? 'unknown' : answer
    }
    const length = { meta: { key: 'length' } }
    const inside = { payload: { protocol: 'ip', field: 'length' } }
    for (const left of [length, inside]) {
      expect(truth({ op: '>', left, right: 1500 }, transfer)).to.equal('unknown')
      expect(truth({ op: '<=', left, right: 1500 }, transfer)).to.equal('unknown')
      expect(truth({ op: '!=', left, right: { range: [0, 1500] } }, transfer)).to.equal('unknown')
      expect(truth({ op: '==', left, right: { set: [1500] } }, transfer)).to.equal('unknown')
      expect(truth({ op: '>=', left, right: 1500 }, transfer)).to.equal(true)
      expect(truth({ op: '<', left, right: 1500 }, transfer)).to.equal(false)
      expect(truth({ op: '>', left, right: 1500 }, { ...transfer, length: 52 })).to.equal(false)
      expect(truth({ op: '==', left, right: { set: [52] } }, { ...transfer, length: 52 })).to.equal(true)
      expect(truth({ op: '!=', left, right: { range: [0, 100] } }, { ...transfer, length: 52 })).to.equal(false)
    }
  })
})
