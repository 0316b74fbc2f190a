import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readFacts } from '../evidence/facts.ts'
import { simulate } from './index.ts'
import { letOut } from './let-out.ts'
import type { RuleStep } from './rules/index.ts'

const factsOf = (name: string) =>
  readFacts(readFileSync(new URL(`../field/evidence/sick/${name}.bundle`, import.meta.url), 'utf8'))

/** The devices that are let out by the first rule that drops packets of containers on a recorded host. */
function devicesOn(name: string): string[] {
  const facts = factsOf(name)
  const rule = simulate(facts).walks.find(({ drop }) => drop?.location === 'forward' && drop.rule)?.drop?.rule
  if (!rule) throw new RangeError(`no rule drops packets on ${name}`)
  return letOut(rule, facts)
}

describe('the devices by which a chain lets packets out before it ends the others', () => {
  it('are those that its rules accept', () => expect(devicesOn('vpn-kill-switch')).to.deep.equal(['wg-mullvad']))

  it('are none where it accepts by no device', () => expect(devicesOn('own-forward-drop')).to.deep.equal([]))

  it('are those that a rule leaves out, and none that come after it', () => {
    const match = (op: string, right: unknown) => ({ match: { op, left: { meta: { key: 'oifname' } }, right } })
    const rule = (handle: number, ...expr: Record<string, unknown>[]) => ({
      ...{ family: 'inet', table: 'own', chain: 'f', handle },
      expr,
    })
    const rules = [
      rule(1, match('==', 'tun1'), { accept: null }),
      rule(2, match('==', 'lan0'), { drop: null }),
      rule(3, match('!=', { set: ['tun0', 'lo'] }), { drop: null }),
      rule(4, match('==', 'wan0'), { accept: null }),
    ]
    const nft = [{ family: 'inet', table: 'own', name: 'f', rules }]
    const step: RuleStep = {
      ...{ backend: 'nft', table: 'inet own', chain: 'f', base: 'f', hook: 'forward', rule: 'drop', verdict: 'drop' },
      handle: 3,
    }
    expect(letOut(step, { nft })).to.deep.equal(['tun0', 'lo', 'tun1'])
    expect(letOut({ ...step, backend: 'legacy' }, { nft })).to.deep.equal([])
  })
})
