import { expect } from 'chai'
import { hostStates, nothing } from './host-states.ts'
import type { CellRecord, RunRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'

const states = (change: (cell: CellRecord) => void = () => {}, recorded = new Map<string, string[]>()) =>
  hostStates([{ record: sampleRun(change), dir: '/nowhere' }], recorded)

describe('the states of hosts in records', () => {
  it('are those before the fixes, each by what was injected', () => {
    const seen = states()
    expect(seen.map(({ cause, kind }) => `${cause}, ${kind}`)).to.deep.equal([
      `${nothing}, ${nothing}`,
      'stale-kernel, stale-kernel (latent)',
      'stale-kernel, stale-kernel (broken)',
    ])
    const [healthy, latent, broken] = seen
    expect([healthy!.changed, latent!.changed]).to.deep.equal([[], []])
    expect(broken!.changed).to.include('egress-tcp fail')
    // Operations change the host: they are questions, and no part of its connectivity.
    expect(broken!.changed.join()).to.not.contain('new-network')
    expect(broken!.others).to.include({ 'new-network': 'fail', 'new-publish': 'fail' })
    expect(broken!.quoted).to.include('6.1.0-37-cloud-amd64')
  })

  it('are left out where a probe crashed, where the lab broke, and where only the first of two faults shows', () => {
    const names = (change: (cell: CellRecord) => void): string[] => states(change).map(({ kind }) => kind)
    const probeAt = (cell: CellRecord, stage: string, name: string) =>
      cell.probes.find((probe) => probe.stage === stage && probe.name === name)!
    const all = ['healthy', 'stale-kernel (latent)', 'stale-kernel (broken)']
    expect(names(() => {})).to.deep.equal(all)
    expect(names((cell) => Object.assign(probeAt(cell, 'broken', 'egress-tcp'), { observed: 'error' }))).to.deep.equal(
      all.slice(0, 2),
    )
    expect(names((cell) => Object.assign(probeAt(cell, 'broken', 'new-network'), { observed: 'error' }))).to.deep.equal(
      all,
    )
    const unobserved = (cell: CellRecord): void => {
      cell.stages.find(({ name }) => name === 'latent')!.verdict = 'broken'
    }
    expect(names(unobserved)).to.deep.equal([all[0], all[2]])
    expect(names((cell) => Object.assign(cell, { scenario: 'two-at-once' }))).to.deep.equal([
      'healthy',
      'two-at-once (broken)',
    ])
  })

  it('are the latest of each cell, with the bundles that were recorded of it', () => {
    const runs = ['2026-01-02', '2026-01-01'].map((startedAt, index): { record: RunRecord; dir: string } => {
      const cells = sampleRun((cell) =>
        Object.assign(cell, { probes: cell.probes.filter(({ stage }) => index === 0 || stage !== 'latent') }),
      )
      return { record: { ...cells, startedAt }, dir: '/nowhere' }
    })
    expect(hostStates(runs, new Map())).to.have.length(3)
    const recorded = new Map([['debian12-stale-kernel broken', ['/a.bundle']]])
    expect(states(() => {}, recorded).map(({ bundles }) => bundles)).to.deep.equal([[], [], ['/a.bundle']])
  })
})
