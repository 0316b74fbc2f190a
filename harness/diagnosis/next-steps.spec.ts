import { expect } from 'chai'
import type { RuleStep } from '../simulate/rules/index.ts'
import { nextSteps } from './next-steps.ts'

const stepsAt = (chain: string, table = 'inet firewalld'): string[] => {
  const rule: RuleStep = { backend: 'nft', table, chain, base: chain, hook: 'forward', rule: 'drop', verdict: 'drop' }
  return nextSteps({ rule, end: 'dropped' }, { who: 'firewalld', by: '' }, undefined)
}

describe('what to run where firewalld drops a packet', () => {
  for (const [chain, command] of [
    ['filter_FWD_docker', 'firewall-cmd --zone=docker --list-all'],
    ['filter_FWDI_public_deny', 'firewall-cmd --zone=public --list-all'],
    ['filter_IN_my_zone_allow', 'firewall-cmd --zone=my_zone --list-all'],
    ['filter_FWD_policy_docker-forwarding', 'firewall-cmd --policy=docker-forwarding --list-all'],
    ['filter_FORWARD', 'firewall-cmd --get-active-zones'],
    ['filter_FORWARD_POLICIES', 'firewall-cmd --get-active-zones'],
    ['filter_INPUT_ZONES', 'firewall-cmd --get-active-zones'],
    ['filter_FORWARD_IN_ZONES', 'firewall-cmd --get-active-zones'],
  ] as const)
    it(`${chain}: ${command}`, () => {
      expect(stepsAt(chain)[0]).to.equal(`nft -a list chain inet firewalld ${chain}`)
      expect(stepsAt(chain)[1]).to.equal(command)
    })

  it('panic mode', () =>
    expect(stepsAt('raw_prerouting', 'inet firewalld_policy_drop').at(-1)).to.contain('--panic-off'))
})
