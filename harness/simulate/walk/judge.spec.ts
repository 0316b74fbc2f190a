import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import type { Walk } from '../flow.ts'
import { simulate } from '../index.ts'
import { healthy } from './healthy-host.spec-data.ts'

const withRules = (...lines: string[]): Facts => ({
  ...healthy,
  xtables: { ...healthy.xtables, legacy: parseIptablesSave(['*filter', ':FORWARD ACCEPT [0:0]', ...lines, 'COMMIT']) },
})
const egress = (facts: Facts): Walk =>
  simulate(facts).walks.find(({ flow }) => flow.title === 'probe-default on bridge to the outside, TCP')!
const u32 = (start: number): string => `-A FORWARD -m u32 --u32 "${start}&0xff=0x1" -j DROP`
const reject = '-A FORWARD -i docker0 -j REJECT --reject-with icmp-port-unreachable'

describe('a flow that dies whatever is unknown', () => {
  for (const [what, ahead] of [
    ['a rule', [u32(6)]],
    ['several rules', [u32(6), u32(7), u32(8)]],
    ['an inverted condition', ['-A FORWARD -m set ! --match-set lost src -j DROP']],
  ] as const)
    it(`is stopped by the certain rule behind ${what} that may match`, () => {
      const { end, drop, masked } = egress(withRules(...ahead, reject))
      expect([end, drop?.rule?.rule]).to.deep.equal(['dies', reject])
      expect(masked.map(({ rule }) => rule?.rule)).to.not.include(ahead[0])
    })

  it('has the rules behind the certain one as masked', () => {
    const both = egress({
      ...withRules(u32(6), reject),
      nft: [
        ...healthy.nft,
        {
          family: 'ip',
          table: 'odd',
          name: 'main',
          type: 'filter',
          hook: 'forward',
          prio: 50,
          policy: 'accept',
          rules: [{ family: 'ip', table: 'odd', chain: 'main', handle: 1, expr: [{ drop: null }] }],
        } as unknown as Facts['nft'][number],
      ],
    })
    expect(both.drop?.rule?.rule).to.equal(reject)
    expect(both.masked.map(({ way, rule }) => `${way} ${rule?.table}`)).to.deep.equal(['out ip odd', 'back ip odd'])
  })

  it('is unclear where the certain rule is only for others', () => {
    const { end, drop } = egress(withRules(u32(6), '-A FORWARD -i br-probe-a -j REJECT'))
    expect([end, drop?.rule?.rule]).to.deep.equal(['unclear', u32(6)])
  })
})
