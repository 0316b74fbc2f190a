import { expect } from 'chai'
import type { Cell } from '../scenario/cell.ts'
import { list } from './list.ts'

const cells = [
  {
    name: 'debian12-healthy',
    scenario: 'healthy',
    host: 'debian12',
    title: 'A healthy host',
    tags: ['control'],
    needs: [],
  },
  {
    name: 'debian12-stale-kernel-legacy',
    scenario: 'stale-kernel',
    host: 'debian12',
    variant: 'legacy',
    title: 'A stale kernel',
    tags: ['vm'],
    needs: ['own-kernel', 'reboot'],
  },
] as unknown as Cell[]

describe('list', () => {
  it('gives people a table', () => {
    expect(list(cells).split('\n')).to.deep.equal([
      'CELL                          NEEDS              TITLE',
      'debian12-healthy              -                  A healthy host',
      'debian12-stale-kernel-legacy  own-kernel reboot  A stale kernel',
    ])
  })

  it('puts titles below their cells on a narrow terminal', () => {
    expect(list(cells, { columns: 48 }).split('\n')).to.deep.equal([
      'debian12-healthy  -',
      '    A healthy host',
      'debian12-stale-kernel-legacy  own-kernel reboot',
      '    A stale kernel',
    ])
    expect(list(cells, { columns: 70 })).to.equal(list(cells))
  })

  it('names the provider of each cell here, and each reason for a skip once', () => {
    const choice = (cell: Cell) =>
      cell.variant ? { provider: { name: 'qemu' } } : { reason: 'a has none; b is missing' }
    const [head, first, second, ...rest] = list(cells, { choice }).split('\n')
    expect(head).to.match(/NEEDS +PROVIDER +TITLE/)
    expect(first).to.match(/- +skipped +A healthy host/)
    expect(second).to.match(/reboot +qemu +A stale kernel/)
    expect(rest).to.deep.equal(['', 'skipped here: debian12-healthy', '  a has none', '  b is missing'])
    const [healthy, stale] = JSON.parse(list(cells, { json: true, choice, ideal: () => 'container' }))
    expect(healthy.skipped).to.equal('a has none; b is missing')
    expect(stale).to.include({ here: 'qemu', provider: 'container' })
  })

  it('gives programs an array', () => {
    const parsed = JSON.parse(list(cells, { json: true }))
    expect(parsed).to.have.lengthOf(2)
    expect(parsed[1]).to.deep.equal(cells[1])
    expect(JSON.parse(list([], { json: true }))).to.deep.equal([])
  })
})
