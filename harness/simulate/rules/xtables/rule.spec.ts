import { expect } from 'chai'
import { readIpsets } from '../../../evidence/sections/ipsets/read.ts'
import { host, kernelTruth, met, packets } from '../truth.spec-data.ts'
import { isUnknown } from '../truth.ts'
import { compileXtRule } from './rule.ts'

const { rules, tail } = kernelTruth('xtables/matches.truth')
const ipsets = readIpsets(tail.join('\n'))
const scope = { family: 4, table: 'mangle', chain: 'C', ipsets, written: new Set<string>() } as const

// Rightly unknown: translations may hide what an answer responds to.
const open = ['--ctrepldst', '--ctreplsrc', '--ctorigsrcport']

describe('rules of iptables', () => {
  for (const [column, name] of Object.keys(packets).entries())
    it(`match ${name} where the kernel matched them`, () => {
      const { packet, hook, early } = packets[name]!
      // The table mangle comes before NAT, so nothing is translated yet.
      const before = name === 'masqueraded' ? { ...packet, source: '10.9.0.2', snat: false } : packet
      const priority = early ? -300 : -150
      let judged = 0
      const wrong: string[] = []
      for (const { text, answers } of rules) {
        if (answers[column] === '-') continue
        const rule = compileXtRule(`-A C ${text}`, { ...scope, id: text }, () => false)
        const truth = met(rule.operations, { packet: before, hook, priority, family: 'ip', device: '', host })
        if (isUnknown(truth)) {
          if (!open.some((each) => text.includes(each))) wrong.push(`${text}: not known`)
          continue
        }
        judged++
        if (truth !== (answers[column] === '1')) wrong.push(`${text}: ${truth}`)
      }
      expect(wrong).to.deep.equal([])
      expect(judged).to.be.greaterThan(105)
    })

  it('matched in some cases and not in others', () => {
    const answers = rules.flatMap((rule) => [...rule.answers])
    expect(answers.filter((each) => each === '1').length).to.be.greaterThan(300)
    expect(answers.filter((each) => each === '0').length).to.be.greaterThan(300)
  })
})
