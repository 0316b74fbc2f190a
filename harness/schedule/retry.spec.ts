import { expect } from 'chai'
import type { CellRecord, Verdict } from '../results/record.ts'
import { withRetries } from './retry.ts'

describe('a cell that runs again', () => {
  const signal = new AbortController().signal
  /** Runs a cell whose tries end like this; gives its record and the number of tries. */
  async function play(retryFailed: number, retryBroken: number, ...ends: Verdict[]) {
    let tries = 0
    const record = await withRetries({ retryFailed, retryBroken }, signal, async () => {
      const verdict = ends[tries++]!
      const record = {
        name: 'c',
        verdict,
        durationMs: tries,
        ...(verdict !== 'passed' && { reason: `${verdict} ${tries}` }),
      }
      return record as CellRecord
    })
    return { record, tries }
  }

  it('does so only with retries', async () => {
    expect(await play(0, 0, 'failed')).to.deep.equal({
      record: { name: 'c', verdict: 'failed', durationMs: 1, reason: 'failed 1' },
      tries: 1,
    })
    expect((await play(0, 1, 'failed')).tries).to.equal(1)
    expect((await play(1, 0, 'broken')).tries).to.equal(1)
    expect((await play(3, 3, 'passed')).record).to.not.have.property('attempts')
    expect((await play(3, 3, 'skipped')).tries).to.equal(1)
  })

  it('is flaky, never passed, when it passes after a failure', async () => {
    const { record } = await play(1, 0, 'failed', 'passed')
    expect(record).to.deep.include({ verdict: 'flaky', reason: 'passed when it ran again; before that, failed 1' })
    expect(record.attempts).to.deep.equal([{ verdict: 'failed', reason: 'failed 1', durationMs: 1 }])
    expect((await play(1, 1, 'failed', 'broken', 'passed')).record.verdict).to.equal('flaky')
    expect((await play(1, 1, 'broken', 'failed', 'passed')).record.verdict).to.equal('flaky')
  })

  it('has passed when only the lab had broken, and records that', async () => {
    const { record } = await play(0, 1, 'broken', 'passed')
    expect(record).to.deep.include({ verdict: 'passed' }).and.to.not.have.property('reason')
    expect(record.attempts).to.deep.equal([{ verdict: 'broken', reason: 'broken 1', durationMs: 1 }])
  })

  it('stays failed where it fails again, and where the lab breaks afterwards', async () => {
    expect((await play(1, 0, 'failed', 'failed')).record).to.deep.include({ verdict: 'failed', reason: 'failed 2' })
    const { record } = await play(1, 0, 'failed', 'broken')
    expect(record).to.deep.include({ verdict: 'failed', reason: 'failed 1' })
    expect(record.attempts?.map(({ verdict }) => verdict)).to.deep.equal(['broken'])
  })

  it('runs no more once it is interrupted', async () => {
    const abort = new AbortController()
    let tries = 0
    const record = await withRetries({ retryFailed: 5, retryBroken: 5 }, abort.signal, async () => {
      tries++
      abort.abort()
      return { verdict: 'broken', reason: 'interrupted' } as CellRecord
    })
    expect({ tries, record }).to.deep.equal({ tries: 1, record: { verdict: 'broken', reason: 'interrupted' } })
  })
})
