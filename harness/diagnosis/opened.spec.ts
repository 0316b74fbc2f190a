import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import type { Facts } from '../evidence/facts.ts'
import { examineFacts } from './examine.ts'

const healthy = recordedAt('causes/masquerade-off/evidence/well/debian12-healthy').facts
const isolation = (chain: string): boolean => chain.includes('ISOLATION')

/** The host without its isolation rules. */
const facts: Facts = {
  ...healthy,
  nft: healthy.nft.map((chain) => (isolation(chain.name) ? { ...chain, rules: [] } : chain)),
  xtables: {
    ...healthy.xtables,
    nft: { ...healthy.xtables.nft, rules: healthy.xtables.nft.rules.filter(({ chain }) => !isolation(chain)) },
  },
}

describe('networks that are open to each other', () => {
  it('are so by the rules for packets on their way out, not by those for answers', () => {
    const symptoms = examineFacts(facts, { causes: [] }).symptoms.filter(({ state }) => state === 'open')
    expect(symptoms.map(({ message }) => message).join()).to.match(
      /^open: “.*” in ip filter \S+ lets packets through, and \d other rules between others of them$/,
    )
    expect(symptoms[0]!.message).to.not.contain('ESTABLISHED')
  })
})
