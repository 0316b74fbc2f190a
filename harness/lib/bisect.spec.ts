import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Change,
  changesIn,
  type Gap,
  gapsIn,
  nextToObserve,
  type Observed,
  type Seen,
  usualMost,
} from './bisect.ts'
import { hold, timeLimit } from './property.spec-data.ts'

/** The truth about versions: `undefined` for one that cannot be observed. */
type Truth = readonly (Observed | undefined)[]

/** Searches until the end. `observed` counts the versions that could be; `inRound` sees what is known after each round. */
function searched(
  truth: Truth,
  most = usualMost(truth.length),
  inRound: (seen: Seen) => void = () => {},
): { seen: Seen; observed: number } {
  const seen = new Map<number, Observed>()
  for (let round = 0; ; round += 1) {
    const next = nextToObserve(seen, truth.length, most)
    expect(next.filter((index) => seen.has(index) || !(index in truth))).to.deep.equal([])
    if (next.length === 0) break
    for (const index of next) seen.set(index, truth[index] ?? {})
    inRound(seen)
    expect(round).to.be.below(truth.length + 1)
  }
  return { seen, observed: [...seen.keys()].filter((index) => truth[index]).length }
}

/** Every change of the truth, between neighbours. */
function changesOf(truth: Truth): Change[] {
  const known = truth.flatMap((each, index) => (each ? [index] : []))
  return known.slice(1).flatMap((after, index) => {
    const before = known[index]!
    const [one, other] = [truth[before]!, truth[after]!]
    return Object.keys(one)
      .filter((symptom) => one[symptom] !== other[symptom])
      .map((symptom) => ({ symptom, before, after, was: one[symptom]!, is: other[symptom]! }))
  })
}

const isInside = ({ before, after }: Change, { from, to }: Gap): boolean => from <= before && after <= to
const key = (change: Change): string => JSON.stringify(change)
const value = (isThere: boolean): Observed => ({ symptom: isThere ? 'fail' : 'pass' })
const monotone = (versions: number, first: number): Truth =>
  Array.from({ length: versions }, (_, index) => value(index >= first))
const island = (versions: number, first: number, last: number): Truth =>
  Array.from({ length: versions }, (_, index) => value(index >= first && index <= last))

const someSkipped = (truth: Truth, skipped: ReadonlySet<number>): Truth =>
  truth.map((each, index) => (skipped.has(index) ? undefined : each))
const skips = (versions: number) => fc.uniqueArray(fc.nat(versions - 1), { maxLength: Math.floor(versions / 2) })
// Any pattern of two symptoms with up to three values each, some versions missing.
const anyTruth: fc.Arbitrary<Truth> = fc
  .array(
    fc.option(fc.record({ a: fc.constantFrom('x', 'y', 'z'), b: fc.constantFrom('x', 'x', 'x', 'y') }), {
      nil: undefined,
      freq: 4,
    }),
    { minLength: 2, maxLength: 40 },
  )
  .map((truth) => truth as Truth)

describe('a bisection', function () {
  this.timeout(timeLimit)

  it('claims only neighbours that differ, and names every gap in which a change may be', () => {
    let changes = 0
    hold(
      fc.property(anyTruth, fc.nat(20), (truth, most) => {
        const all = new Set(changesOf(truth).map(key))
        // A search that is cut short claims nothing else.
        const { seen } = searched(truth, most, (soFar) =>
          expect(changesIn(soFar).filter((each) => !all.has(key(each)))).to.deep.equal([]),
        )
        const claimed = changesIn(seen)
        expect(claimed.filter((each) => !all.has(key(each)))).to.deep.equal([])
        const gaps = gapsIn(seen)
        const found = new Set(claimed.map(key))
        const missed = changesOf(truth).filter((each) => !found.has(key(each)))
        expect(missed.filter((each) => !gaps.some((gap) => isInside(each, gap)))).to.deep.equal([])
        for (const { from, to, agree } of gaps) expect([truth[from], agree]).to.deep.equal([truth[to], true])
        changes += claimed.length
      }),
      300,
    )
    expect(changes).to.be.above(300)
  })

  it('finds the one change of a monotone pattern, with as many observations as a logarithm allows', () => {
    let held = 0
    for (const versions of [2, 3, 4, 7, 17, 64, 200, 1000])
      for (let first = 1; first < versions; first += Math.max(1, Math.floor(versions / 40))) {
        const { seen, observed } = searched(monotone(versions, first))
        const change = { symptom: 'symptom', before: first - 1, after: first, was: 'pass', is: 'fail' }
        expect(changesIn(seen)).to.deep.equal([change])
        const halvings = Math.ceil(Math.log2(versions))
        expect(observed).to.be.at.most(Math.min(versions, Math.max(2 + halvings, usualMost(versions))))
        // With no budget for what agrees, halving is all that it does.
        expect(searched(monotone(versions, first), 0).observed).to.be.at.most(2 + halvings)
        held += 1
      }
    expect(held).to.be.above(150)
  })

  it('finds both ends of an island that is wider than what it left open', () => {
    let found = 0
    hold(
      fc.property(
        fc
          .integer({ min: 3, max: 120 })
          .chain((versions) =>
            fc.tuple(fc.constant(versions), fc.nat(versions - 1), fc.nat(versions - 1), skips(versions)),
          ),
        ([versions, one, other, skipped]) => {
          const truth = someSkipped(island(versions, Math.min(one, other), Math.max(one, other)), new Set(skipped))
          const { seen } = searched(truth)
          const all = changesOf(truth)
          const widest = Math.max(0, ...gapsIn(seen).map(({ from, to }) => to - from - 1))
          const width = Math.abs(one - other) + 1
          if (width > widest) expect(changesIn(seen)).to.deep.equal(all)
          found += changesIn(seen).length
        },
      ),
      300,
    )
    expect(found).to.be.above(300)
  })

  it('observes the middle where both ends agree: iptables 1.8.11 alone has the fault', () => {
    const releases = ['1.8.7', '1.8.8', '1.8.9', '1.8.10', '1.8.11', '1.8.12', '1.8.13']
    const { seen } = searched(island(7, 4, 4))
    expect(changesIn(seen).map(({ before, after }) => [releases[before], releases[after]])).to.deep.equal([
      ['1.8.10', '1.8.11'],
      ['1.8.11', '1.8.12'],
    ])
    // Without those that no archive has, the neighbours are others.
    const some = searched(someSkipped(island(7, 4, 4), new Set([1, 3, 5])))
    expect(changesIn(some.seen).map(({ before, after }) => [releases[before], releases[after]])).to.deep.equal([
      ['1.8.9', '1.8.11'],
      ['1.8.11', '1.8.13'],
    ])
    expect(gapsIn(some.seen)).to.deep.equal([])
  })

  it('names the gaps that it left open, and needs no end that can be observed', () => {
    const { seen, observed } = searched(island(40, 90, 90), 3)
    expect(observed).to.equal(3)
    expect(gapsIn(seen)).to.deep.equal([
      { from: 0, to: 19, agree: true },
      { from: 19, to: 39, agree: true },
    ])
    const cut = new Map([0, 39].map((index) => [index, value(index > 20)]))
    expect([changesIn(cut), gapsIn(cut)]).to.deep.equal([[], [{ from: 0, to: 39, agree: false }]])
    const endless = searched(someSkipped(monotone(6, 3), new Set([0, 4, 5])))
    expect(changesIn(endless.seen).map(({ before, after }) => [before, after])).to.deep.equal([[2, 3]])
    expect(nextToObserve(new Map(), 0, 5)).to.deep.equal([])
    const none = searched([undefined, undefined, undefined])
    expect([changesIn(none.seen), gapsIn(none.seen), none.observed]).to.deep.equal([[], [], 0])
  })

  it('knows a change around a version at which one symptom is unknown', () => {
    const truth: Truth = [{ a: 'x', b: 'x' }, { b: 'x' }, { a: 'y', b: 'x' }]
    const { seen } = searched(truth)
    expect(changesIn(seen)).to.deep.equal([{ symptom: 'a', before: 0, after: 2, was: 'x', is: 'y' }])
  })
})
