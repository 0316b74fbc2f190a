import { expect } from 'chai'
import { answersOf, compareRecords, comparisonText } from './compare.ts'
import type { CellRecord, RunRecord, TraceRecord } from './record.ts'
import { sampleMatrix } from './sample-variants.spec-data.ts'

const ran = ({ verdict }: CellRecord): boolean => verdict !== 'skipped'

const trace: TraceRecord = {
  stage: 'broken',
  from: 'default',
  flow: {
    ...{ container: 'probe-default', network: 'bridge', bridge: 'docker0', source: '172.17.0.2' },
    ...{ address: '203.0.113.10', port: 80, protocol: 'tcp' },
  },
  by: 'packets',
  end: 'dropped',
  at: { way: 'out', location: 'forward' },
  summary: 'dropped at the forward hook',
  stations: [],
}

/** The sample, with a traced packet in a cell that tried fixes. */
function sample(): RunRecord {
  const record = structuredClone(sampleMatrix())
  subject(record).traces = [structuredClone(trace)]
  return record
}

const subject = ({ cells }: RunRecord): CellRecord => cells.find((cell) => ran(cell) && cell.fixes.length > 0)!

/** The sample after a change in that cell. */
function changed(change: (cell: CellRecord) => void): RunRecord {
  const record = sample()
  change(subject(record))
  return record
}

describe('two records side by side', () => {
  it('are equal whatever provider ran them, and however long', () => {
    const record = changed((cell) => {
      cell.provider = 'vagrant'
      cell.durationMs += 1000
      for (const stage of cell.stages) stage.durationMs += 10
      for (const probe of cell.probes) probe.detail = 'in other words'
      cell.facts.bootId = 'another'
    })
    const comparison = compareRecords(sample(), record)
    expect(comparison.different).to.deep.equal([])
    expect(comparison.compared).to.have.lengthOf(sample().cells.filter(ran).length)
    expect(comparison.answers).to.equal(
      sample()
        .cells.filter(ran)
        .reduce((sum, cell) => sum + answersOf(cell).length, 0),
    )
  })

  const changes: [string, (cell: CellRecord) => void][] = [
    ['a verdict', (cell) => (cell.verdict = 'broken')],
    ['a probe', (cell) => (cell.probes[0]!.observed = 'error')],
    ['a probe that did not run', (cell) => cell.probes.pop()],
    ['a diagnosis', (cell) => cell.diagnoses[0]!.named.push('masquerade-off')],
    ['a fix', (cell) => (cell.fixes[0]!.observed = 'masks')],
    ['a rung of the ladder', (cell) => (cell.fixes[0]!.ladder.reboot = 'worsens')],
    ['the step at which a packet is dropped', (cell) => (cell.traces![0]!.at = { way: 'back', location: 'forward' })],
    ['what was wrong in a stage', (cell) => cell.stages[0]!.mismatches.push('egress-tcp: expected pass, saw fail')],
  ]
  for (const [what, change] of changes)
    it(`differ by ${what}`, () => {
      const record = changed(change)
      const { name } = subject(record)
      expect(compareRecords(sample(), record).different.map((cell) => cell.name)).to.deep.equal([name])
      expect(comparisonText(compareRecords(sample(), record))).to.match(new RegExp(`^${name}\n  [-+] `))
    })

  it('name the cells that ran in one of them alone', () => {
    const record = sample()
    const gone = record.cells.find(ran)!
    record.cells = record.cells.map((cell) => (cell === gone ? { ...cell, verdict: 'skipped' } : cell))
    expect(compareRecords(sample(), record).alone).to.deep.equal({ first: [gone.name], second: [] })
    expect(compareRecords(record, sample()).alone).to.deep.equal({ first: [], second: [gone.name] })
    expect(comparisonText(compareRecords(sample(), record))).to.include(`only in the first: ${gone.name}`)
  })

  it('have as text each answer of either side under its cell, the cells of one side alone, and how many are the same', () => {
    const one = { compared: ['a', 'b', 'c'], answers: 7, different: [{ name: 'b', first: ['x', 'y'], second: ['z'] }] }
    const lines = comparisonText({ ...one, alone: { first: [], second: ['d', 'e'] } }).split('\n')
    expect(lines.slice(0, -1)).to.deep.equal(['b', '  - x', '  - y', '  + z', 'only in the second: d e'])
    expect(lines.at(-1)).to.match(/^2 of 3 .*7/)
    const same = comparisonText({ ...one, different: [], alone: { first: [], second: [] } }).split('\n')
    expect(same).to.have.length(1)
    expect(same[0]).to.match(/^3 of 3 /)
  })

  it('take a packet that was not followed, or that ended at no location, for no answer', () => {
    const [first] = sample().cells.filter(ran)
    const traced = (traces?: TraceRecord[]): string[] => {
      const { traces: _, ...cell } = first!
      return answersOf(traces ? { ...cell, traces } : cell)
    }
    expect(traced()).to.deep.equal(traced([]))
    const { reason: __, ...plain } = first!
    expect(answersOf({ ...plain, verdict: 'passed' })[0]).to.equal('verdict: passed')
    const { at: _, ...nowhere } = trace
    const [answer] = traced([nowhere]).filter((each) => !traced().includes(each))
    expect(answer).to.match(/: dropped$/)
    expect(traced([trace])).to.satisfy((all: string[]) => all.some((each) => each.endsWith(': dropped, forward (out)')))
    expect(answersOf({ ...first!, diagnoses: [{ ...first!.diagnoses[0]!, named: [] }] }).join('\n')).to.match(
      /named: \w/,
    )
  })
})
