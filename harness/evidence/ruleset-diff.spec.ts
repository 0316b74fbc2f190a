import { expect } from 'chai'
import { rulesetDiff } from './ruleset-diff.ts'

const nat = ['*nat', ':DOCKER -', '-A PREROUTING -j DOCKER', 'COMMIT']
const filter = ['*filter', ':DOCKER -', '-A FORWARD -j DOCKER', '-A FORWARD -j DROP', '-A FORWARD -j DROP', 'COMMIT']

describe('the difference of two rulesets', () => {
  it('names the table that lost a line which another table keeps', () =>
    expect(rulesetDiff([...filter, ...nat], ['*filter', 'COMMIT', ...nat])).to.deep.equal({
      removed: filter.slice(1, -1).map((line) => `filter: ${line}`),
      added: [],
    }))

  it('counts lines that stand twice, and takes no move for a change', () =>
    expect(
      rulesetDiff([...filter, ...nat], [...nat, '*filter', ':DOCKER -', ...filter.slice(2, 4).reverse(), '-A X']),
    ).to.deep.equal({
      removed: ['filter: -A FORWARD -j DROP'],
      added: ['filter: -A X'],
    }))
})
