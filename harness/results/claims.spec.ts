import { expect } from 'chai'
import { claimsOf, judgeClaims } from './claims.ts'
import type { Check, Claim } from './load-claims.ts'
import type { CellRecord } from './record.ts'

const cell = (name: string, more: object = {}): CellRecord =>
  ({
    name,
    verdict: 'passed',
    stages: [{ name: 'broken', journal: [{ expected: 'words', seen: 'the very words' }, { expected: 'other' }] }],
    probes: [
      { stage: 'broken', name: 'egress-tcp', observed: 'fail' },
      { stage: 'broken', name: 'egress-udp', observed: 'error' },
    ],
    diagnoses: [{ stage: 'broken', named: ['b', 'a'] }],
    fixes: [{ name: 'restart', observed: 'cures', ladder: { reinject: 'no-effect' } }],
    rulesets: [{ stage: 'broken', removed: ['filter: :DOCKER - '], added: ['filter: -A FORWARD -j REJECT'] }],
    ...more,
  }) as unknown as CellRecord

const at = { cell: 'debian12-*', stage: 'broken' }
const fails: Check = { ...at, probe: 'egress-tcp', observed: 'fail' }
const passes: Check = { ...at, probe: 'egress-tcp', observed: 'pass' }
const judge = (verdict: Claim['verdict'], check: Check[], cells = [cell('debian12-x')], note?: string) =>
  judgeClaims(
    [{ id: '001-a', claim: 'So.', source: '001', where: 'w', check, verdict, ...(note && { note }) }],
    cells,
  )[0]!

describe('judging claims', () => {
  it('gives the verdict when all it stands on was seen, in every cell it is about', () => {
    const cells = [cell('debian12-x'), cell('debian12-y'), cell('debian13-x', { probes: [] })]
    expect(judge('narrowed', [fails], cells, 'Only then.')).to.deep.equal({
      id: '001-a',
      claim: 'So.',
      source: '001',
      verdict: 'narrowed',
      evidence: ['debian12-x, broken, egress-tcp: fail', 'debian12-y, broken, egress-tcp: fail'],
      note: 'Only then.',
    })
  })

  it('refutes a claim that the run contradicts', () => {
    const { verdict, evidence } = judge('confirmed', [fails, passes])
    expect(verdict).to.equal('refuted')
    expect(evidence).to.include('debian12-x, broken, egress-tcp: fail, not pass')
  })

  it('takes a narrowing back that the run contradicts, and claims nothing instead', () =>
    expect(judge('narrowed', [passes]).verdict).to.equal('untested'))

  for (const [what, cells] of [
    ['its cells did not run', [cell('debian13-x')]],
    ['the lab itself broke', [cell('debian12-x', { verdict: 'broken' })]],
    ['the stage was not reached', [cell('debian12-x', { probes: [] })]],
  ] as const)
    it(`says untested where ${what}`, () =>
      expect(judge('confirmed', [fails], [...cells]).verdict).to.equal('untested'))

  it('does not judge by a crashed tool', () =>
    expect(judge('confirmed', [{ ...at, probe: 'egress-udp', observed: 'fail' }]).verdict).to.equal('untested'))

  it('leaves out claims that name no cell of the run', () => {
    const claim: Claim = { id: '001-a', claim: 'So.', source: '001', where: 'w', check: [fails], verdict: 'confirmed' }
    expect(claimsOf([claim], [cell('debian12-x'), cell('debian13-x')])).to.deep.equal([claim])
    expect(claimsOf([claim], [cell('debian13-x'), cell('debian12-x', { verdict: 'skipped' })])).to.deep.equal([])
  })

  const holding: Check[] = [
    { ...at, named: ['a', 'b'] },
    { ...at, journal: 'words' },
    { ...at, rule: 'filter: :DOCKER ', is: 'removed' },
    { ...at, rule: 'nat: ', is: 'kept' },
    { ...at, rule: 'REJECT', is: 'added' },
    { cell: at.cell, fix: 'restart', observed: 'cures' },
    { cell: at.cell, fix: 'restart', rung: 'reinject', observed: 'no-effect' },
  ]
  const contradicted: Check[] = [
    { ...at, named: ['a'] },
    { ...at, journal: 'other' },
    { ...at, rule: 'nat: ', is: 'removed' },
    { ...at, rule: ':DOCKER', is: 'kept' },
    { ...at, rule: 'nat: ', is: 'added' },
    { cell: at.cell, fix: 'restart', observed: 'masks' },
  ]
  for (const check of holding)
    it(`sees ${JSON.stringify(check)}`, () => expect(judge('confirmed', [check]).verdict).to.equal('confirmed'))
  for (const check of contradicted)
    it(`does not see ${JSON.stringify(check)}`, () => expect(judge('confirmed', [check]).verdict).to.equal('refuted'))
})
