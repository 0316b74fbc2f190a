import { expect } from 'chai'
import type { LabError } from '../lib/errors.ts'
import { pastRun } from './history.ts'
import { currentPast, readRecord } from './read-record.ts'
import { sampleRun } from './sample.spec-data.ts'

// A record of the first version: other fields and words, and other names of cells.
const ownFields = {
  cell: `{ "sparedMs": 4000, "outside": [{ "detector": "x", "stage": "broken", "said": "answer",
    "named": ["stale-kernel", "unwell"], "durationMs": 1, "detail": "" }],
    "traces": [{ "stage": "broken", "end": "rejected", "at": { "way": "out", "place": "forward" }, "killer": { "chain": "FORWARD" },
      "stations": [{ "way": "out", "place": "forward", "says": "rejected", "hops": [{ "chain": "FORWARD" }] }] }] }`,
  scores: `[{ "detector": "x", "well": { "there": 3, "right": 2 },
    "rows": [{ "there": "a", "named": { "stale-kernel": 2, "unwell": 1 } }] }]`,
}
const older = {
  ...sampleRun(),
  version: 1,
  missing: ['debian13-ip-masq-false'],
  cells: [
    {
      ...sampleRun().cells[0]!,
      name: 'debian12-restart-iptables-legacy',
      scenario: 'restart-iptables',
      ...JSON.parse(ownFields.cell),
    },
  ],
  scores: JSON.parse(ownFields.scores),
}

const failure = (text: string): LabError => {
  try {
    readRecord(text, 'some/record.json')
  } catch (error) {
    return error as LabError
  }
  throw new Error('it was read')
}

describe('a record', () => {
  it('of this version is read as it is', () =>
    expect(readRecord(JSON.stringify(sampleRun()), 'f')).to.deep.equal(JSON.parse(JSON.stringify(sampleRun()))))

  it('of the first version is read by the names of today', () => {
    const { version, missing, cells, scores } = readRecord(JSON.stringify(older), 'f')
    expect({ version, missing }).to.deep.equal({ version: 2, missing: ['debian13-masquerade-off'] })
    const [{ name, scenario, savedMs, outside }] = cells as [(typeof cells)[0]]
    expect({ name, scenario, savedMs }).to.deep.equal({
      name: 'debian12-rules-flushed-legacy',
      scenario: 'rules-flushed',
      savedMs: 4000,
    })
    expect(outside).to.deep.equal([
      { detector: 'x', stage: 'broken', status: 'answer', named: ['stale-kernel', 'sick'], durationMs: 1, detail: '' },
    ])
    expect(cells[0]!.traces).to.deep.equal([
      {
        stage: 'broken',
        end: 'rejected',
        at: { way: 'out', location: 'forward' },
        terminatingRule: { chain: 'FORWARD' },
        stations: [{ way: 'out', location: 'forward', message: 'rejected', rules: [{ chain: 'FORWARD' }] }],
      },
    ])
    expect(scores![0]!.healthy).to.deep.equal({ there: 3, right: 2 })
    expect(scores![0]!.rows[0]!.named).to.deep.equal({ 'stale-kernel': 2, sick: 1 })
    expect(JSON.stringify([cells, scores])).to.not.match(/"(sparedMs|said|unwell|well|place|killer|says|hops)"/)
  })

  it('of a later version, or none at all, is refused with its file', () => {
    expect(failure('{"version":9}').message).to.equal('some/record.json has version 9; this program reads 1 to 2')
    expect(failure('{"version":').message).to.match(/^some\/record\.json is not a record: /)
  })

  it('makes a line of history by the names of today', () => {
    const past = currentPast({
      ...pastRun(sampleRun()),
      cells: { 'debian12-ip-masq-false': { verdict: 'passed', durationMs: 1 } },
    })
    expect(past.cells).to.deep.equal({ 'debian12-masquerade-off': { verdict: 'passed', durationMs: 1 } })
  })
})
