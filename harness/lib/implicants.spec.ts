import { expect } from 'chai'
import fc from 'fast-check'
import { allCombinations, neighbours, pairsIn, pairwise, wordOf } from './combinations.ts'
import { type Combination, meets, primesOf, type Space, smallestCover } from './implicants.ts'
import { hold } from './property.spec-data.ts'

const space: Space = { proxy: ['on', 'off'], policy: ['accept', 'drop'], engine: ['20', '26', '28'] }
const all = allCombinations(space)
const split = (fails: (combination: Combination) => boolean, ran = all) => ({
  on: ran.filter(fails),
  off: ran.filter((each) => !fails(each)),
})
const coverOf = (fails: (combination: Combination) => boolean) => {
  const { on, off } = split(fails)
  return smallestCover(on, off, space)
}

// Any space of two to four variables with two or three values, and what ran of it: each combination fails, passes or
// did not run.
const worlds = fc
  .array(fc.integer({ min: 2, max: 3 }), { minLength: 2, maxLength: 4 })
  .map((sizes): Space => Object.fromEntries(sizes.map((size, i) => [`v${i}`, ['a', 'b', 'c'].slice(0, size)])))
  .chain((any) => {
    const combinations = allCombinations(any)
    const outcomes = fc.array(fc.constantFrom('on', 'off', 'not-run'), {
      minLength: combinations.length,
      maxLength: combinations.length,
    })
    return outcomes.map((seen) => ({
      space: any,
      on: combinations.filter((_, i) => seen[i] === 'on'),
      off: combinations.filter((_, i) => seen[i] === 'off'),
    }))
  })

describe('minimal sets of conditions', () => {
  it('find a dependency of two variables as exactly that set', () => {
    const cover = coverOf(({ proxy, policy }) => proxy === 'off' && policy === 'drop')
    expect(cover).to.deep.equal({ sets: [{ proxy: ['off'], policy: ['drop'] }], unique: true })
  })

  it('do not have a variable that does nothing', () => {
    expect(coverOf(({ policy }) => policy === 'drop').sets).to.deep.equal([{ policy: ['drop'] }])
    expect(coverOf(() => true)).to.deep.equal({ sets: [{}], unique: true })
    expect(coverOf(() => false)).to.deep.equal({ sets: [], unique: true })
  })

  it('have several values of a variable, and several sets', () => {
    expect(coverOf(({ engine }) => engine !== '28').sets).to.deep.equal([{ engine: ['20', '26'] }])
    const either = coverOf(({ proxy, engine }) => proxy === 'off' || engine === '20').sets
    expect(either).to.have.deep.members([{ proxy: ['off'] }, { engine: ['20'] }])
  })

  it('are not unique where what did not run leaves a choice', () => {
    const ran = [
      { proxy: 'on', policy: 'accept', engine: '20' },
      { proxy: 'off', policy: 'drop', engine: '20' },
    ]
    const { on, off } = split(({ proxy }) => proxy === 'off', ran)
    expect(smallestCover(on, off, space)).to.include({ unique: false })
  })

  it('are found soon where no short answer exists', () => {
    const wide: Space = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`v${i}`, ['a', 'b']]))
    // The parity: every failing combination is a set of its own.
    const isOdd = (each: Combination): boolean => Object.values(each).filter((value) => value === 'b').length % 2 === 1
    const every = allCombinations(wide)
    const cover = smallestCover(
      every.filter(isOdd),
      every.filter((each) => !isOdd(each)),
      wide,
    )
    expect(cover.sets).to.have.length(64)
  })

  it('cover exactly what failed, whatever ran', () => {
    let sets = 0
    hold(
      fc.property(worlds, ({ space: any, on, off }) => {
        const cover = smallestCover(on, off, any)
        sets += cover.sets.length
        for (const each of on) expect(cover.sets.some((set) => meets(each, set))).to.equal(true)
        for (const each of off) expect(cover.sets.some((set) => meets(each, set))).to.equal(false)
      }),
      200,
    )
    expect(sets).to.be.above(200)
  })

  it('are prime: no condition can be left out or widened', () => {
    let conditions = 0
    hold(
      fc.property(worlds, ({ space: any, on, off }) => {
        for (const from of on)
          for (const prime of primesOf(from, off, any)) {
            expect(meets(from, prime)).to.equal(true)
            for (const [variable, values] of Object.entries(prime))
              for (const value of any[variable]!.filter((each) => !values.includes(each))) {
                conditions += 1
                const wider = { ...prime, [variable]: [...values, value] }
                expect(off.some((each) => meets(each, wider))).to.equal(true)
              }
          }
      }),
      100,
    )
    expect(conditions).to.be.above(1000)
  })
})

describe('combinations', () => {
  it('are all, or few with each pair of values', () => {
    expect(all).to.have.length(12)
    expect(wordOf(all[0]!)).to.equal('proxy=on+policy=accept+engine=20')
    const few = pairwise(space, all[0]!)
    expect(few[0]).to.equal(all[0])
    expect(few.length).to.be.within(6, 8)
    hold(
      fc.property(worlds, ({ space: any }) => {
        const every = allCombinations(any)
        const chosen = pairwise(any, every.at(-1)!)
        expect(new Set(chosen.flatMap(pairsIn)).size).to.equal(new Set(every.flatMap(pairsIn)).size)
        expect(new Set(chosen.map(wordOf)).size).to.equal(chosen.length)
      }),
      50,
    )
  })

  it('are far fewer than the product where that is large', () => {
    const wide: Space = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`v${i}`, ['a', 'b']]))
    expect(allCombinations(wide)).to.have.length(128)
    expect(pairwise(wide, allCombinations(wide)[0]!).length).to.be.below(11)
    expect(pairwise({ one: ['a', 'b', 'c'] }, { one: 'a' })).to.have.length(3)
  })

  it('have neighbours that differ in one variable', () => {
    expect(neighbours(all[0]!, space).map(wordOf)).to.have.members([
      'proxy=off+policy=accept+engine=20',
      'proxy=on+policy=drop+engine=20',
      'proxy=on+policy=accept+engine=26',
      'proxy=on+policy=accept+engine=28',
    ])
  })
})
