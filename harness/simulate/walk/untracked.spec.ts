import { expect } from 'chai'
import { simulate } from '../index.ts'
import type { RuleStep } from '../rules/index.ts'
import { withChain } from './healthy-host.spec-data.ts'

describe('a packet that a rule keeps from conntrack', () => {
  it('leaves with its own address because of that rule', () => {
    const dns = { match: { op: '==', left: { payload: { protocol: 'udp', field: 'dport' } }, right: 53 } }
    const facts = withChain({ hook: 'prerouting', prio: -300 }, [dns, { notrack: null }])
    const drops = simulate(facts).walks.flatMap(({ flow, drop }) => (flow.kind === 'names' && drop ? [drop] : []))
    expect(drops.map(({ end }) => end)).to.include('unmasqueraded')
    for (const { rule, message } of drops) {
      expect(rule as RuleStep).to.include({ table: 'ip odd', chain: 'main' })
      expect(message)
        .to.match(/in ip odd main keeps it from conntrack/)
        .and.not.match(/no rule masquerades/)
    }
  })
})
