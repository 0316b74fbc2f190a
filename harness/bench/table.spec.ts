import { expect } from 'chai'
import { markdown, median } from './table.ts'

describe('the benchmark', () => {
  it('knows the middle of an odd and of an even number of readings', () => {
    expect(median([3, 1, 2])).to.equal(2)
    expect(median([4, 1, 2, 3])).to.equal(2.5)
  })

  it('prints medians, their spread, and ratios to the quickest', () => {
    const read = (name: string, ms: number) => ({ name, times: { up: ms / 2, 'first answer': ms } })
    const text = markdown([
      read('warm', 500),
      read('cold', 60_000),
      read('warm', 700),
      read('cold', 50_000),
      read('warm', 600),
    ])
    expect(text).to.contain('| warm | first answer | 600 ms | 500 ms to 700 ms | 3 |')
    expect(text).to.contain('| cold | up | 27.5 s | 25.0 s to 30.0 s | 2 |')
    expect(text).to.contain('- cold: 91.7 times as long to the first answer as warm')
  })
})
