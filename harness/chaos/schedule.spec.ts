import { expect } from 'chai'
import { kindsOf, providers } from './kinds.ts'
import { delayOf, events, planRound, type Round } from './schedule.ts'

const rounds = (seed: number, count: number): Round[] =>
  Array.from({ length: count }, (_, index) => planRound(seed, index, kindsOf('container')))

describe('the schedule of a chaos campaign', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(rounds(7, 50)).to.deep.equal(rounds(7, 50))
    expect(rounds(7, 50)).to.not.deep.equal(rounds(8, 50))
    expect(new Set(rounds(7, 50).map((round) => JSON.stringify({ ...round, index: 0 }))).size).to.equal(50)
  })

  it('has every kind after every event, at moments from beginning to end', () => {
    const strikes = rounds(1, 2000).flatMap((round) => round.strikes)
    for (const kind of kindsOf('container'))
      for (const event of events)
        expect(
          strikes.filter(({ kind: is, after }) => is === kind && after === event),
          `${kind} ${event}`,
        ).to.not.be.empty
    const from = strikes.filter(({ after }) => after === 'start')
    expect(from.length).to.be.above(strikes.length / 2)
    // Uniform: a tenth of them in each tenth of the run.
    for (let tenth = 0; tenth < 10; tenth++) {
      const here = from.filter(({ share }) => Math.floor(share * 10) === tenth).length / from.length
      expect(here, `tenth ${tenth}`).to.be.within(0.07, 0.13)
    }
  })

  it('keeps to the kinds that were chosen, and to those of the provider', () => {
    for (const name of providers) expect(kindsOf(name)).to.include.members(['harness', 'clock'])
    expect(kindsOf('container')).to.not.include.members(['qemu', 'agent'])
    const only = Array.from({ length: 100 }, (_, index) => planRound(3, index, ['oom', 'shim']))
    expect(new Set(only.flatMap(({ strikes }) => strikes.map(({ kind }) => kind)))).to.deep.equal(
      new Set(['oom', 'shim']),
    )
    for (const { strikes, downs } of only) expect(downs).to.have.length(strikes.length)
  })

  it('counts the time from the start by the length of a run', () => {
    const strike = { kind: 'harness', share: 0.5, strength: 0 } as const
    expect(delayOf({ ...strike, after: 'start' }, 60_000)).to.equal(30_000)
    expect(delayOf({ ...strike, after: 'host' }, 60_000)).to.equal(2000)
    expect(delayOf({ ...strike, after: 'all-cells' }, 60_000)).to.equal(300)
  })
})
