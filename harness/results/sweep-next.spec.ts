import { expect } from 'chai'
import fc from 'fast-check'
import { allCombinations, pairwise, wordOf } from '../lib/combinations.ts'
import { type Combination, type ConditionSet, meets, type Space, smallestCover } from '../lib/implicants.ts'
import { hold } from '../lib/property.spec-data.ts'
import type { SweepResult } from './sweep.ts'
import { nextCombinations } from './sweep-next.ts'

/** Sweeps a space in which combinations that meet one of these sets fail. */
function swept(space: Space, sets: readonly ConditionSet[]) {
  let ran: Combination[] = pairwise(space, allCombinations(space)[0]!)
  for (let rounds = 1; ; rounds += 1) {
    const failing = ran.filter((each) => sets.some((set) => meets(each, set)))
    const passing = ran.filter((each) => !failing.includes(each))
    const symptoms =
      failing.length > 0 ? [{ changes: ['x fail'], failing, passing, ...smallestCover(failing, passing, space) }] : []
    const next = nextCombinations({ symptoms, ran, broken: [] as SweepResult['broken'] } as SweepResult, space)
    if (next.length === 0) return { ran, rounds, found: symptoms[0] }
    expect(next.map(wordOf).filter((word) => ran.some((each) => wordOf(each) === word))).to.deep.equal([])
    ran = [...ran, ...next]
  }
}

// A space of three to five variables, and a value of each.
const worlds = fc
  .array(fc.integer({ min: 2, max: 3 }), { minLength: 3, maxLength: 5 })
  .map((sizes): Space => Object.fromEntries(sizes.map((size, i) => [`v${i}`, ['a', 'b', 'c'].slice(0, size)])))
  .chain((space) =>
    fc.tuple(
      fc.constant(space),
      fc.constantFrom(...allCombinations(space)),
      fc.shuffledSubarray(Object.keys(space), { minLength: 1, maxLength: 2 }),
    ),
  )

describe('the next combinations of a sweep', () => {
  it('lead to every dependency on one or two values, exactly, and end', () => {
    let saved = 0
    hold(
      fc.property(worlds, ([space, values, names]) => {
        const planted = Object.fromEntries(names.toSorted().map((name) => [name, [values[name]!]]))
        const { ran, found } = swept(space, [planted])
        expect(found!.sets).to.deep.equal([planted])
        expect(found!.unique).to.equal(true)
        saved += allCombinations(space).length - ran.length
      }),
      60,
    )
    expect(saved).to.be.above(1000)
  })

  it('are none where nothing differs, and none twice', () => {
    const space: Space = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`v${i}`, ['a', 'b']]))
    expect(swept(space, [])).to.include({ rounds: 1 })
    expect(swept(space, [{}])).to.include({ rounds: 1 })
    const { found, ran } = swept(space, [{ v0: ['a'] }, { v1: ['b'], v2: ['b'] }])
    expect(found!.sets).to.have.deep.members([{ v0: ['a'] }, { v1: ['b'], v2: ['b'] }])
    expect(ran.length).to.be.below(24)
  })
})
