import { expect } from 'chai'
import { seedOf, somePairs } from './some-pairs.ts'

describe('some of the pairs', () => {
  const fault = { kind: 'k', params: {} }
  const cells = ['e', 'one', 'b', 'd', 'a', 'c', 'two'].map((name) =>
    name.length > 1 ? { name } : { name, and: fault },
  )
  const chosen = (count: number, seed: number) => somePairs(cells, count, seed).map(({ name }) => name)

  it('leave all else, in its order', () => {
    expect(chosen(2, 0)).to.deep.equal(['one', 'b', 'a', 'two'])
    expect(chosen(0, 3)).to.deep.equal(['one', 'two'])
    expect(chosen(9, 3)).to.deep.equal(cells.map(({ name }) => name))
    expect(somePairs([{ name: 'one' }], 2, 1)).to.deep.equal([{ name: 'one' }])
  })

  it('are the same for one seed, and all come up in turn', () => {
    expect(chosen(2, 7)).to.deep.equal(chosen(2, 7))
    for (let night = 20_000; night < 20_010; night++) {
      const nights = [0, 1, 2].flatMap((later) => chosen(2, night + later)).filter((name) => name.length === 1)
      expect(nights).to.have.length(6)
      expect(new Set(nights).size).to.equal(5)
    }
  })

  it('change with the day', () => {
    expect(seedOf(new Date('1970-01-03T23:59:59Z'))).to.equal(2)
    expect(seedOf(new Date('2026-11-28T00:00:00Z')) - seedOf(new Date('2026-11-27T23:59:59Z'))).to.equal(1)
  })
})
