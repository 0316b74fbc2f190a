import { expect } from 'chai'
import fc from 'fast-check'
import { hold } from '../lib/property.spec-data.ts'
import { smallestCovers } from './cover.ts'

describe('the smallest covers', () => {
  it('are empty where nothing is to be explained, or nothing explains it', () => {
    expect(smallestCovers([])).to.deep.equal([[]])
    expect(smallestCovers([[], []])).to.deep.equal([[]])
  })

  it('take one cause where one explains all, however many explain a part', () =>
    expect(smallestCovers([['a', 'b'], ['b', 'c'], ['b']])).to.deep.equal([['b']]))

  it('take two where each explains what the other does not', () =>
    expect(smallestCovers([['a'], ['a', 'b'], ['c', 'b'], ['c']])).to.deep.equal([['a', 'c']]))

  it('are several where nothing decides', () => expect(smallestCovers([['a', 'b']])).to.deep.equal([['a'], ['b']]))

  it('always cover, and no smaller set does', () => {
    const cause = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    hold(
      fc.property(fc.array(fc.uniqueArray(cause, { maxLength: 3 }), { maxLength: 8 }), (explainers) => {
        const covers = smallestCovers(explainers)
        const size = covers[0]!.length
        for (const cover of covers) {
          expect(cover).to.have.length(size)
          for (const set of explainers) expect(set.length === 0 || set.some((id) => cover.includes(id))).to.equal(true)
          // Each member is needed.
          for (const left of cover) {
            const rest = cover.filter((id) => id !== left)
            expect(explainers.every((set) => set.length === 0 || set.some((id) => rest.includes(id)))).to.equal(false)
          }
        }
      }),
      100,
    )
  })
})
