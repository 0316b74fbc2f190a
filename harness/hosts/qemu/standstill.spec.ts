import { expect } from 'chai'
import { Standstill } from './standstill.ts'

const processor = (index: number, level: number, halted: number): string =>
  `\r\nCPU#${index}\r\nRAX=0000000000000000 RBX=ffffffff8a21aa40\r\nRIP=ffffffff8920cf9b RFL=00000246 [---Z-P-] CPL=${level} II=0 A20=1 SMM=0 HLT=${halted}\r\n`

describe('a machine that stands still', () => {
  let time = 0
  let said = ''
  let standstill: Standstill
  const kernel = processor(0, 0, 0) + processor(1, 0, 0)

  /** Looks every second for so many seconds. */
  async function watch(seconds: number): Promise<boolean> {
    let still = false
    for (let i = 0; i < seconds; i++) {
      still = await standstill.look()
      time += 1000
    }
    return still
  }

  beforeEach(() => {
    time = 0
    said = kernel
    standstill = new Standstill(
      async () => said,
      () => time,
    )
  })

  it('has all its processors busy in the kernel for half a minute', async () => {
    expect(await watch(30)).to.equal(false)
    expect(await watch(1)).to.equal(true)
  })

  for (const [what, other] of [
    ['rests', processor(0, 0, 0) + processor(1, 0, 1)],
    ['runs a program', processor(0, 3, 0) + processor(1, 0, 0)],
    ['cannot be asked', 'unknown command\r\n'],
  ] as const)
    it(`is none that ${what} in between`, async () => {
      await watch(29)
      said = other
      await watch(1)
      said = kernel
      expect(await watch(29)).to.equal(false)
    })

  it('is given its time again once it was reset', async () => {
    await watch(40)
    standstill.reset()
    expect(await watch(30)).to.equal(false)
  })
})
