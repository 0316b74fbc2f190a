import { expect } from 'chai'
import { complete } from './complete.ts'
import { sampleMatrix, sampleScores } from './sample-variants.spec-data.ts'

const { cells, ...run } = sampleMatrix()
const by = { wanted: cells.map(({ name }) => name), causes: ['stale-kernel'], claims: [] }

describe('a complete record', () => {
  it('has scores only where outside detectors ran, and claims only where the run tested one', () => {
    expect(complete({ ...run, cells }, by)).to.not.have.any.keys('scores', 'claims', 'missing')
    expect(complete({ ...run, cells }, { ...by, outside: [] })).to.not.have.property('scores')
    const detectors = [{ name: 'naive', title: 'A ping' }]
    const scored = complete({ ...run, cells: sampleScores().cells }, { ...by, outside: detectors })
    expect(scored.scores!.map(({ detector }) => detector)).to.include('naive')
  })

  it('takes nothing that follows from the cells from an earlier record', () => {
    const old = { ...run, cells, scores: sampleScores().scores!, claims: [] }
    expect(complete(old, by)).to.not.have.any.keys('scores', 'claims')
  })

  it('names the cells that were wanted and did not run', () => {
    const { missing, verdict } = complete({ ...run, cells }, { ...by, wanted: [...by.wanted, 'x', 'y'] })
    expect(missing).to.deep.equal(['x', 'y'])
    expect(verdict).to.not.equal('passed')
  })
})
