import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import type { Cell } from './cell.ts'
import { findCell, selectCells } from './select.ts'

const cells = [
  { name: 'debian12-stale-kernel', host: 'debian12', scenario: 'stale-kernel', tags: ['vm'] },
  { name: 'debian12-stale-kernel-legacy', host: 'debian12', scenario: 'stale-kernel', tags: ['vm', 'legacy'] },
  { name: 'debian12-iptables-check-broken', host: 'debian12', scenario: 'iptables-check-broken', tags: [] },
  { name: 'debian13-healthy', host: 'debian13', scenario: 'healthy', tags: ['control'] },
] as unknown as Cell[]

const thrown = (deed: () => unknown): LabError => {
  try {
    deed()
  } catch (error) {
    if (error instanceof LabError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('selecting cells', () => {
  const selections: [patterns: string[], indices: number[]][] = [
    [[], [0, 1, 2, 3]],
    [['debian12-*'], [0, 1, 2]],
    [['debian12-stale-kernel'], [0]],
    [['*-stale-kernel*'], [0, 1]],
    [['debian1?-healthy'], [3]],
    [['*broken'], [2]],
    [['vm'], [0, 1]],
    [['debian12'], [0, 1, 2]],
    [['stale-kernel'], [0, 1]],
    [['!debian12'], [3]],
    [
      ['control', 'legacy'],
      [1, 3],
    ],
    [['!vm'], [2, 3]],
    [
      ['debian12-*', '!*-legacy'],
      [0, 2],
    ],
    [['vm', '!legacy', '!nothing-has-this'], [0]],
  ]
  for (const [patterns, indices] of selections)
    it(`${patterns.join(' ') || 'no pattern'} selects ${indices.length}`, () =>
      expect(selectCells(cells, patterns)).to.deep.equal(indices.map((index) => cells[index])))

  it('knows a scenario by the name that it had in the first version', () => {
    expect(selectCells(cells, ['*-iptables-1.8.11*'])).to.deep.equal([cells[2]])
    expect(selectCells(cells, ['debian12', '!iptables-1.8.11'])).to.deep.equal([cells[0], cells[1]])
    expect(findCell(cells, 'debian12-iptables-1.8.11')).to.equal(cells[2])
  })

  it('takes every character of a pattern but * and ? as itself', () => {
    for (const pattern of ['debian12.stale-kernel', '(a+)+$', '[', 'debian12-*|x', '\\', '/', '']) {
      const error = thrown(() => selectCells(cells, [pattern]))
      expect(error.exitCode, pattern).to.equal(3)
    }
  })

  it('refuses a pattern that matches nothing, beside one that does', () => {
    const error = thrown(() => selectCells(cells, ['vm', 'debain13-*']))
    expect(error.message).to.contain('`debain13-*`')
    expect(error.exitCode).to.equal(3)
  })

  it('refuses patterns that leave nothing', () => {
    expect(thrown(() => selectCells(cells, ['vm', '!debian12-*'])).exitCode).to.equal(3)
  })
})

describe('finding one cell', () => {
  it('gives the cell of exactly this name', () => {
    expect(findCell(cells, 'debian12-stale-kernel')).to.equal(cells[0])
  })

  it('names the nearest when there is none', () => {
    const error = thrown(() => findCell(cells, 'debian12-stale-kernal'))
    expect(error.exitCode).to.equal(3)
    expect(error.hint).to.contain('did you mean debian12-stale-kernel')
  })

  it('is no glob and no tag', () => {
    for (const name of ['debian12-*', 'vm', '']) expect(thrown(() => findCell(cells, name)).code).to.equal('no-match')
  })
})
