import { expect } from 'chai'
import { until } from './retry.ts'

describe('a deadline', () => {
  const { now } = Date
  afterEach(() => {
    Date.now = now
  })

  for (const [how, ms] of [
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ] as const)
    it(`does not depend on a clock that is set ${how} meanwhile`, async () => {
      const started = performance.now()
      let tries = 0
      const attempt = async (): Promise<undefined> => {
        tries++
        Date.now = () => now() + ms
        return undefined
      }
      const error = await until('nothing', attempt, { deadlineMs: 200, everyMs: 10 }).catch((thrown) => thrown)
      expect(error.message).to.equal('waited 0 s for nothing')
      expect(performance.now() - started).to.be.at.least(190)
      expect(tries).to.be.above(3)
    })
})
