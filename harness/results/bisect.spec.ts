import { expect } from 'chai'
import { bisectMarkdown, bisectsDocument, bisectText } from '../report/bisect.ts'
import { renderHtml } from '../report/html/index.ts'
import type { Outcome } from '../scenario/terms.ts'
import { bisectResult } from './bisect.ts'
import type { BisectRecord } from './bisect-record.ts'
import { hostStates } from './host-states.ts'
import type { CellRecord, ProbeRecord, RunRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sweepResult } from './sweep.ts'

type Vector = Readonly<Record<string, Outcome>>

const at = (stage: string, vector: Vector): ProbeRecord[] =>
  Object.entries(vector).map(([name, observed]) => {
    const detail = observed === 'fail' ? `no answer\nof ${name}` : ''
    return { stage, name, expected: observed, observed, durationMs: 1, detail }
  })

/** A cell of a bisection over engines. */
function bisected(version: string, healthy: Vector, broken: Vector | undefined, named: string[] = []): CellRecord {
  const [sample] = sampleRun().cells
  const stages = ['healthy', ...(broken ? ['inject', 'broken'] : [])]
  return {
    ...sample!,
    name: `host-${version}-x+engine=${version}`,
    scenario: 'x',
    host: `host-${version}`,
    varied: { engine: version },
    facts: { ...sample!.facts, os: `Debian of ${version}`, docker: version, iptables: 'iptables v1.8.9' },
    packages: { 'docker.io': version, libc6: version === '28.5.2' ? '2.42' : '2.36' },
    stages: stages.map((name) => ({ name, verdict: 'passed', durationMs: 1, summary: '', mismatches: [] })),
    probes: [...at('healthy', healthy), ...(broken ? at('broken', broken) : [])],
    diagnoses: [
      { stage: 'healthy', expected: [], named: [], detail: [] },
      ...(broken
        ? [
            {
              stage: 'broken',
              expected: [],
              named,
              detail: named.map((cause) => ({
                ...sample!.diagnoses.flatMap(({ detail }) => detail)[0]!,
                cause,
                evidence: [{ from: 'resolver', line: `a server of ${version}` }],
              })),
            },
          ]
        : []),
    ],
    fixes: [],
  }
}

const versions = ['20.10.5', '20.10.24', '26.1.5', '28.5.2']
const record = (cells: CellRecord[], more: Partial<BisectRecord> = {}): RunRecord => ({
  ...sampleRun(),
  durationMs: 61_000,
  cells,
  bisect: { scenario: 'x', axis: 'engine', versions, most: 6, skipped: {}, ...more },
})
const open: Vector = { direct: 'pass', 'user-dns': 'pass' }
const closed: Vector = { ...open, direct: 'fail' }

describe('the result of a bisection', () => {
  const cells = [
    bisected('20.10.5', open, open),
    bisected('20.10.24', open, open),
    bisected('26.1.5', open, { ...open, direct: 'error' }),
    bisected('28.5.2', closed, { ...closed, 'user-dns': 'fail' }, ['resolver-unreachable']),
  ]
  const result = bisectResult(record(cells))!

  it('has the neighbours, what changes before the fault and with it, and the evidence on both', () => {
    expect(result).to.deep.include({ scenario: 'x', axis: 'engine', observed: versions, skipped: [], gaps: [] })
    expect(result.pairs).to.have.length(2)
    const [unknown, pair] = result.pairs
    // The probe crashed on 26.1.5 with the fault: of it, the last version that is known is 20.10.24.
    expect(unknown).to.deep.include({ before: '20.10.24', after: '28.5.2', between: ['26.1.5'] })
    expect(unknown!.changes).to.deep.equal([{ stage: 'broken', what: 'direct', was: 'pass', is: 'fail' }])
    expect(pair).to.deep.include({ before: '26.1.5', after: '28.5.2', between: [] })
    expect(pair!.changes).to.deep.equal([
      { stage: 'healthy', what: 'direct', was: 'pass', is: 'fail' },
      { stage: 'broken', what: 'user-dns', was: 'pass', is: 'fail' },
      { stage: 'broken', what: 'named', was: 'nothing', is: 'resolver-unreachable' },
    ])
    expect(pair!.evidence).to.deep.equal([
      { version: '26.1.5', lines: ['direct pass', 'user-dns pass'] },
      {
        version: '28.5.2',
        lines: [
          'direct fail: no answer',
          'user-dns fail: no answer',
          'resolver-unreachable, by resolver: a server of 28.5.2',
        ],
      },
    ])
  })

  it('does not take for an effect of the fault what is so on the healthy host', () => {
    const plain = bisectResult(record([bisected('26.1.5', open, open), bisected('28.5.2', closed, closed)]))!
    expect(plain.pairs[0]!.changes).to.deep.equal([{ stage: 'healthy', what: 'direct', was: 'pass', is: 'fail' }])
    // A control has no fault at all.
    const control = bisectResult(record([bisected('26.1.5', open, undefined), bisected('28.5.2', closed, undefined)]))!
    expect(control.pairs[0]!.changes).to.deep.equal(plain.pairs[0]!.changes)
  })

  it('names what else differs between both hosts, and never the program itself', () => {
    expect(result.pairs[1]!.otherwise).to.deep.equal([
      { what: 'os', before: 'Debian of 26.1.5', after: 'Debian of 28.5.2' },
      { what: 'libc6', before: '2.36', after: '2.42' },
    ])
    expect(bisectText(result)).to.contain(
      'Both hosts also differ in os (Debian of 26.1.5, Debian of 28.5.2); libc6 (2.36, 2.42).',
    )
  })

  it('leaves out what was not observed, with the reason, and names the gaps whose ends agree', () => {
    const broken = { ...bisected('20.10.24', open, open), stages: [], probes: [], reason: 'the host was lost' }
    const some = bisectResult(record([cells[0]!, broken], { skipped: { '28.5.2': 'does not run there' } }))!
    expect(some.observed).to.deep.equal(['20.10.5'])
    expect(some.skipped).to.deep.equal([
      { version: '28.5.2', reason: 'does not run there', isThere: false },
      { version: '20.10.24', reason: 'the host was lost', isThere: true },
    ])
    expect(bisectText(some)).to.contain('not to be had: 28.5.2 (does not run there)')
    expect(bisectText(some)).to.contain('not observed: 20.10.24 (the host was lost)')
    // What was interrupted can still be observed.
    const cut = bisectResult(record([cells[0]!, { ...broken, reason: 'interrupted' }, cells[3]!]))!
    expect([cut.skipped, cut.gaps[0]!.between]).to.deep.equal([[], ['20.10.24', '26.1.5']])
    expect(bisectText(some)).to.contain('Fewer than two versions could be observed, so nothing was compared.')
    const ends = bisectResult(record([cells[0]!, bisected('28.5.2', open, open)]))!
    expect(ends.gaps).to.deep.equal([{ from: '20.10.5', to: '28.5.2', between: ['20.10.24', '26.1.5'], agree: true }])
    const differing = bisectResult(record([cells[0]!, cells[3]!]))!
    expect([differing.pairs, differing.gaps[0]!.agree]).to.deep.equal([[], false])
    expect(bisectText(differing)).to.contain('20.10.5 and 28.5.2 differ, and --resume goes on between them')
    expect(bisectText(differing)).to.not.contain('No symptom differs')
    expect(bisectText(ends)).to.contain('No symptom differs between the versions that were observed.')
    expect(bisectText(ends)).to.contain('not observed: 20.10.24, 26.1.5; 20.10.5 and 28.5.2 agree')
  })

  it('is in the text, in Markdown and on the page, and is no sweep', () => {
    expect(bisectText(result)).to.contain('x on host-20.10.5, host-20.10.24, host-26.1.5, host-28.5.2, Docker 20.10.5')
    expect(bisectText(result)).to.contain('With the fault: the diagnosis names resolver-unreachable, and named nothing')
    expect(bisectMarkdown(result)).to.contain(
      '| 26.1.5 | 28.5.2 | On the healthy host: `direct` fails, and passed before<br>',
    )
    expect(bisectsDocument([result, result])).to.equal(bisectMarkdown(result))
    const page = renderHtml(record(cells))
    expect(page).to.contain('<h2>Versions<small>4 of 4 observed</small></h2>')
    expect(page).to.contain('From 26.1.5 to 28.5.2')
    expect(page).to.not.contain('<h2>Conditions')
    // The same cells without the plan of a bisection would be a sweep.
    expect(sweepResult(cells)).to.not.equal(undefined)
    expect(renderHtml({ ...record(cells), bisect: undefined } as unknown as RunRecord)).to.contain('<h2>Conditions')
    expect(bisectResult(sampleRun())).to.equal(undefined)
  })

  it('makes no look-alikes: with another version the cause may be absent', () => {
    expect(hostStates([{ record: record(cells), dir: '/nowhere' }])).to.deep.equal([])
    const { bisect: _, ...plain } = record(cells)
    expect(hostStates([{ record: plain, dir: '/nowhere' }]).length).to.be.above(0)
  })
})
