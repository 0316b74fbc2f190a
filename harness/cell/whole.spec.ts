import { expect } from 'chai'
import type { CellRecord } from '../results/record.ts'
import { cell } from '../stale-cell.spec-data.ts'
import { gapIn } from './whole.ts'

const names = ['provision', 'healthy', 'inject', 'broken', 'fix:reboot']
const observed = ['healthy', 'broken', 'fix:reboot']
const passed = (name: string) => ({ name, verdict: 'passed', summary: 'as it is', mismatches: [] as string[] })
const record = (change: Partial<Record<'stages' | 'probes' | 'diagnoses' | 'fixes', unknown[]>> = {}): CellRecord =>
  ({
    stages: names.map(passed),
    probes: observed.flatMap((stage) => Object.keys(cell.healthy.probes).map((name) => ({ stage, name }))),
    diagnoses: observed.map((stage) => ({ stage })),
    fixes: [{ name: 'reboot' }],
    ...change,
  }) as unknown as CellRecord
const gap = (change?: Parameters<typeof record>[0]): string | undefined => gapIn(cell, names, record(change))
const without = <T>(all: T[], index: number): T[] => all.filter((_, at) => at !== index)

describe('the record of a cell that passed', () => {
  it('is whole', () => expect(gap()).to.equal(undefined))

  it('lacks a stage, whichever it is, or has one twice', () => {
    for (const [index, name] of names.entries())
      expect(gap({ stages: without(record().stages, index) })).to.equal(`stage ${name}: it did not run`)
    expect(gap({ stages: [...record().stages, passed('broken')] })).to.equal('stage broken: it ran 2 times')
    expect(names).to.have.length(5)
  })

  it('has no stage that did not pass, and no mismatch', () => {
    const withStage = (change: object) => [...without(names, 3).map(passed), { ...passed('broken'), ...change }]
    expect(gap({ stages: withStage({}) })).to.equal(undefined)
    expect(gap({ stages: withStage({ verdict: 'failed' }) })).to.match(/^stage broken: .* as it is$/)
    expect(gap({ stages: withStage({ mismatches: ['probe a: …'] }) })).to.match(/^stage broken: .* probe a: …$/)
  })

  it('lacks a result of a probe, a diagnosis, or a fix', () => {
    const { probes, diagnoses } = record()
    for (const [index, { stage, name }] of probes.entries())
      expect(gap({ probes: without(probes, index) })).to.equal(`stage ${stage}: no result of ${name}`)
    for (const [index, { stage }] of diagnoses.entries())
      expect(gap({ diagnoses: without(diagnoses, index) })).to.equal(`stage ${stage}: no diagnosis`)
    expect(gap({ fixes: [] })).to.equal('stage fix:reboot: no result of the fix')
    expect([probes.length, diagnoses.length]).to.deep.equal([6, 3])
  })
})
