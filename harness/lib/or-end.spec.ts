import { expect } from 'chai'
import { orEnd } from './or-end.ts'

describe('what is made, or ended', () => {
  let ended = 0
  const end = async (): Promise<void> => void ended++
  beforeEach(() => (ended = 0))

  it('stays where it succeeds, also when the interruption comes later', async () => {
    const abort = new AbortController()
    expect(await orEnd(abort.signal, end, async () => 'made')).to.equal('made')
    abort.abort()
    expect(ended).to.equal(0)
  })

  it('has been ended where it fails, and fails with its own error', async () => {
    const failed = orEnd(new AbortController().signal, end, () => Promise.reject(new Error('no host')))
    expect(await failed.catch((error: Error) => error.message)).to.equal('no host')
    expect(ended).to.equal(1)
  })

  it('is ended at once by an interruption, which is then the error', async () => {
    const abort = new AbortController()
    let fail: (error: Error) => void = () => {}
    const failed = orEnd(abort.signal, end, () => new Promise((_, reject) => (fail = reject)))
    abort.abort(new Error('interrupted'))
    expect(ended).to.equal(1)
    fail(new Error('gone'))
    expect(await failed.catch((error: Error) => error.message)).to.equal('interrupted')
  })

  it('is not begun after one', async () => {
    const failed = orEnd(AbortSignal.abort(new Error('interrupted')), end, () => Promise.reject(new Error('begun')))
    expect(await failed.catch((error: Error) => error.message)).to.equal('interrupted')
    expect(ended).to.equal(1)
  })
})
