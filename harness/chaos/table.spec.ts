import { expect } from 'chai'
import { readOptions } from './options.ts'
import { hitsOf, type RoundResult } from './state.ts'
import { faultsOf, tableOf } from './table.ts'

const strike = { after: 'start', share: 0.5, strength: 0.5, code: null } as const
const round = (index: number, change: Partial<RoundResult>): RoundResult => ({
  index,
  startedAt: '2026-11-28T00:00:00.000Z',
  durationMs: 1,
  struck: [],
  verdicts: { a: 'passed' },
  leaks: [],
  swept: [],
  lost: [],
  doubled: [],
  wrong: [],
  ...change,
})
const rounds = [
  round(0, {
    struck: [
      { ...strike, kind: 'harness', hit: 'node' },
      { ...strike, kind: 'oom' },
    ],
  }),
  round(1, {
    struck: [{ ...strike, kind: 'oom', hit: 'a host' }],
    verdicts: { a: 'broken', b: 'passed' },
    leaks: ['link: x'],
    wrong: ['a is failed'],
  }),
]

describe('the table of a chaos campaign', () => {
  it('counts kills, misses and what went wrong for each kind', () => {
    const lines = tableOf({ rounds, kinds: ['harness', 'oom', 'shim'] }).split('\n')
    expect(lines.slice(2)).to.deep.equal([
      '| harness | 1 | 0 | 0 | 0 | 0 | 0 | 1 | 0 |',
      '| oom | 1 | 1 | 1 | 0 | 0 | 1 | 1 | 1 |',
      '| shim | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |',
      '| all | 2 | 1 | 1 | 0 | 0 | 1 | 2 | 1 |',
    ])
    expect(hitsOf({ rounds })).to.equal(2)
  })

  it('names each fault with its round', () => {
    expect(faultsOf({ rounds })).to.deep.equal(['round 1: left: link: x', 'round 1: wrong: a is failed'])
    const bad = round(2, { lost: ['b is lost'], doubled: ['c is twice'] })
    expect(faultsOf({ rounds: [bad] })).to.deep.equal(['round 2: lost: b is lost', 'round 2: twice: c is twice'])
  })
})

describe('the options of a chaos campaign', () => {
  it('have a provider’s kinds and quick cells unless others are chosen', () => {
    expect(readOptions([])).to.deep.include({ kills: 20, seed: 1, provider: 'container', alone: false })
    expect(readOptions([]).cells).to.have.length(3)
    expect(readOptions(['--provider', 'qemu']).kinds)
      .to.include.members(['qemu', 'agent'])
      .and.not.include('shim')
    expect(readOptions(['--only', 'oom', '--only', 'harness', '--select', 'x'])).to.deep.include({
      kinds: ['oom', 'harness'],
      cells: ['x'],
    })
  })

  it('are refused where they make no sense', () => {
    for (const [args, why] of [
      [['--kills', '0'], /--kills 0: not a whole number of at least 1/],
      [['--only', 'qemu'], /--only qemu: not one of harness, dockerd/],
      [['--provider', 'moon'], /not one of container, qemu, vagrant/],
      [['--kill', '3'], /Unknown option/],
      [['more'], /Unexpected argument/],
    ] as const)
      expect(() => readOptions(args), args.join(' ')).to.throw(why)
  })
})
