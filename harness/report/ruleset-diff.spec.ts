import { expect } from 'chai'
import { chainDiffs } from './ruleset-diff.ts'

describe('a difference of rulesets', () => {
  it('sets what a chain lost beside what it got, table by table', () => {
    const diffs = chainDiffs({
      removed: ['filter: :FORWARD DROP', 'nat: -A DOCKER -i docker0 -j RETURN', 'filter: -A FORWARD -j DOCKER-USER'],
      added: ['filter: :FORWARD ACCEPT', 'nat: :EXTRA -'],
    })
    expect(diffs).to.deep.equal([
      {
        table: 'filter',
        chain: 'FORWARD',
        removed: [':FORWARD DROP', '-A FORWARD -j DOCKER-USER'],
        added: [':FORWARD ACCEPT'],
      },
      { table: 'nat', chain: 'DOCKER', removed: ['-A DOCKER -i docker0 -j RETURN'], added: [] },
      { table: 'nat', chain: 'EXTRA', removed: [], added: [':EXTRA -'] },
    ])
  })

  it('knows the tables of raw text, and loses no line without a chain', () => {
    const diffs = chainDiffs({ removed: ['*nat', '-A OUTPUT -j DOCKER'], added: ['-P FORWARD DROP', 'whatever'] })
    expect(diffs.map(({ table, chain }) => `${table}/${chain}`)).to.deep.equal(['nat/', 'nat/OUTPUT', '/FORWARD', '/'])
    expect(diffs.flatMap(({ removed, added }) => [...removed, ...added])).to.have.length(4)
  })
})
