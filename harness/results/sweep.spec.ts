import { expect } from 'chai'
import { renderHtml } from '../report/html/index.ts'
import { claimedText, conditionWords, setWords, sweepMarkdown, sweepsDocument, sweepText } from '../report/sweep.ts'
import type { Outcome } from '../scenario/terms.ts'
import { judgeConditions, relationOf } from './claimed-conditions.ts'
import { names } from './claims.ts'
import type { Claim } from './load-claims.ts'
import type { CellRecord, ProbeRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sweepResult } from './sweep.ts'

type Vector = Readonly<Record<string, Outcome>>

const at = (stage: string, vector: Vector, expected: Vector): ProbeRecord[] =>
  Object.entries(vector).map(([name, observed]) => {
    return { stage, name, expected: expected[name] ?? observed, observed, durationMs: 1, detail: '' }
  })

/** A cell of a sweep over proxy and policy. */
function swept(proxy: string, policy: string, broken: Vector, healthy: Vector = usual): CellRecord {
  const [sample] = sampleRun().cells
  const stage = (name: string) => ({ name, verdict: 'passed' as const, durationMs: 1, summary: '', mismatches: [] })
  return {
    ...sample!,
    name: `debian12-x+proxy=${proxy}+policy=${policy}`,
    scenario: 'x',
    host: 'debian12',
    varied: { proxy, policy },
    stages: [stage('healthy'), stage('broken')],
    probes: [...at('healthy', healthy, usual), ...at('broken', broken, {})],
    diagnoses: [{ stage: 'broken', expected: ['x'], named: policy === 'drop' ? ['x'] : [], detail: [] }],
    fixes: [],
  }
}
const usual: Vector = { 'egress-tcp': 'pass', 'egress-udp': 'pass', isolation: 'fail', gateway: 'pass' }
const dead: Vector = { ...usual, 'egress-tcp': 'fail', 'egress-udp': 'fail' }
const cells = [
  swept('on', 'drop', dead),
  swept('off', 'drop', { ...dead, isolation: 'pass' }),
  swept('on', 'accept', usual),
  swept('off', 'accept', { ...usual, isolation: 'pass', gateway: 'error' }, { ...usual, isolation: 'pass' }),
]
const claim = (of: Record<string, string[]>, changes = 'isolation pass'): Claim =>
  ({
    claim: 'It takes two.',
    conditions: { scenario: 'x', changes, of, relation: 'necessary and sufficient' },
  }) as unknown as Claim

describe('the result of a sweep', () => {
  const result = sweepResult(cells)!

  it('has the minimal conditions of what the fault changes, against the same host before it', () => {
    expect(result).to.deep.include({ scenario: 'x', hosts: ['debian12'], product: 4, broken: [] })
    expect(result.symptoms.map(({ changes, sets }) => ({ changes, sets }))).to.deep.equal([
      { changes: ['egress-tcp fail', 'egress-udp fail'], sets: [{ policy: ['drop'] }] },
      // With proxy off and policy accept, isolation is open before the fault: it changes nothing there.
      { changes: ['isolation pass'], sets: [{ proxy: ['off'], policy: ['drop'] }] },
    ])
    expect(result.before.map(({ changes, sets }) => ({ changes, sets }))).to.deep.equal([
      { changes: ['isolation pass'], sets: [{ proxy: ['off'], policy: ['accept'] }] },
    ])
    expect(Object.keys(result.named)).to.deep.equal(['x', 'nothing'])
    expect(sweepResult(sampleRun().cells)).to.equal(undefined)
  })

  it('leaves open what a crashed probe or a broken combination would have shown', () => {
    const gone = { ...cells[3]!, stages: [], reason: 'stage inject: no such thing', verdict: 'broken' as const }
    const open = sweepResult([...cells.slice(0, 3), gone])!
    expect(open.broken).to.deep.equal([
      { combination: { proxy: 'off', policy: 'accept' }, reason: 'stage inject: no such thing' },
    ])
    // Now proxy off explains it as well.
    expect(open.symptoms[1]).to.deep.include({ sets: [{ proxy: ['off'] }], unique: true })
    const crashed = sweepResult([swept('on', 'drop', { ...usual, gateway: 'fail' }), ...cells.slice(1)])!
    expect(crashed.symptoms.find(({ changes }) => changes[0] === 'gateway fail')!.passing).to.have.length(2)
  })

  it('judges the conditions that a write-up names', () => {
    const judged = (of: Record<string, string[]>, changes?: string) =>
      judgeConditions(claim(of, changes).conditions!, result)
    expect(judged({ proxy: ['off'], policy: ['drop'] })).to.deep.equal({
      changes: 'isolation pass',
      together: 'necessary and sufficient',
      asWritten: true,
      each: { proxy: 'necessary', policy: 'necessary' },
    })
    expect(judged({ proxy: ['off'], policy: ['drop'] }, 'egress-tcp fail')).to.deep.include({
      together: 'sufficient',
      asWritten: false,
      each: { proxy: 'neither', policy: 'necessary and sufficient' },
    })
    expect(judged({ proxy: ['off'] }, 'gateway fail')!.together).to.equal('untested')
    expect(judged({ networks: ['2'] })).to.equal(undefined)
    expect(judgeConditions({ ...claim({ proxy: ['off'] }).conditions!, scenario: 'y' }, result)).to.equal(undefined)
    // Where nothing ran without the condition, nobody knows whether it is necessary.
    expect(relationOf({ proxy: ['off'] }, [{ proxy: 'off' }], [])).to.equal('untested')
  })

  it('is printed in words and as a table', () => {
    expect(conditionWords('networks', ['2', '4'])).to.equal('2 or 4 user networks')
    expect(setWords({ policy: ['drop'] }, { proxy: ['on', 'off'], policy: ['drop', 'accept'] })).to.equal(
      'forward-policy drop, whatever userland-proxy is',
    )
    const text = sweepText(result)
    expect(text).to.contain('4 of 4 combinations ran')
    expect(text).to.contain('  `egress-{tcp,udp}`: forward-policy drop, whatever userland-proxy is')
    expect(text).to.contain('  `isolation` passes: userland-proxy off and forward-policy drop\n')
    expect(text).to.match(/^off {4}drop {4}.*x$/m)
    expect(claimedText([claim({ proxy: ['off'], policy: ['drop'] })], result)).to.contain('necessary and sufficient')
    expect(claimedText([claim({ policy: ['drop'] })], result)).to.contain('necessary (written as: necessary and')
    expect(claimedText([claim({ networks: ['2'] })], result)).to.equal('')
    expect(sweepMarkdown(result).match(/^\|/gm)).to.have.length(6)
    const document = sweepsDocument([claim({ proxy: ['off'], policy: ['drop'] })], [result, result])
    expect(document.match(/^### /gm)).to.have.length(1)
    expect(document).to.contain('| **necessary and sufficient** | userland-proxy off: necessary<br>')
  })

  it('is a part of the page, and only of a sweep’s', () => {
    const page = renderHtml({ ...sampleRun(), cells })
    expect(page).to.contain('<h2>Conditions<small>4 of 4 combinations ran')
    expect(page).to.contain('<b>forward-policy drop, whatever userland-proxy is</b>')
    expect(page.match(/<tr><td>(on|off)<\/td>/g)).to.have.length(4)
    expect(renderHtml(sampleRun())).to.not.contain('<h2>Conditions')
  })

  it('counts for no claim about cells', () => {
    const { varied: _, ...plain } = cells[0]!
    expect([cells[0]!, plain].map((cell) => names('debian12-x*', cell))).to.deep.equal([false, true])
  })
})
