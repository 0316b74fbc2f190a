import { expect } from 'chai'
import { Resting } from './resting.ts'

describe('machines at rest', () => {
  const ended: string[] = []
  const machine = (name: string, image: string) => ({ name, image, end: async () => void ended.push(name) })
  beforeEach(() => ended.splice(0))

  it('are taken by a host of their image, each once', async () => {
    const resting = new Resting<ReturnType<typeof machine>>()
    await resting.add(machine('a', 'debian12'))
    await resting.add(machine('b', 'debian13'))
    expect((await resting.take('debian12'))?.name).to.equal('a')
    expect(ended).to.deep.equal([])
    expect(await resting.take('debian12')).to.equal(undefined)
  })

  it('end where a machine of another image is to be made', async () => {
    const resting = new Resting<ReturnType<typeof machine>>()
    await resting.add(machine('a', 'debian12'))
    expect(await resting.take('debian13')).to.equal(undefined)
    expect(ended).to.deep.equal(['a'])
    expect(await resting.take('debian12')).to.equal(undefined)
  })

  it('end when all is closed, also what comes later', async () => {
    const resting = new Resting<ReturnType<typeof machine>>()
    await resting.add(machine('a', 'debian12'))
    await resting.close()
    await resting.add(machine('b', 'debian12'))
    expect(ended).to.deep.equal(['a', 'b'])
  })
})
