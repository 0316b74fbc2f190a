import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { allCells } from '../registry.ts'
import { stagesOf } from '../run.ts'
import { names } from './claims.ts'
import { loadClaims } from './load-claims.ts'

describe('the claims of the write-ups', () => {
  const cells = allCells()
  const meant = (pattern: string) => {
    const found = cells.filter((cell) => names(pattern, cell))
    expect(found, pattern).to.not.be.empty
    return found
  }
  const claims = loadClaims()
  it('are there', () => expect(claims).to.have.length.at.least(50))
  for (const { id, check } of claims)
    it(`${id} is checked by what runs`, () => {
      expect(check).to.not.be.empty
      for (const each of check)
        for (const cell of meant(each.cell)) {
          const what = `${cell.name}: ${JSON.stringify(each)}`
          if ('fix' in each) {
            const fix = cell.fixes.find(({ use }) => use === each.fix)
            expect(fix, what).to.be.an('object')
            if (each.rung) expect(fix!.ladder, what).to.have.property(each.rung)
            continue
          }
          expect(stagesOf(cell), what).to.include(each.stage)
          if ('probe' in each) expect(cell.healthy.probes, what).to.have.property(each.probe)
          if ('journal' in each) expect(cell.broken!.journal, what).to.include(each.journal)
        }
    })
})

describe('loading claims', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'claims-'))
    mkdirSync(join(dir, 'fault'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))
  const load = (text: string) => {
    writeFileSync(join(dir, 'fault/claims.yaml'), text)
    return loadClaims(dir)
  }
  const one = (check: string, id = '001-a') =>
    `- { id: ${id}, claim: It is so., source: "001", where: here, verdict: confirmed, check: [${check}] }\n`

  it('takes every kind of check, and a fault without claims', () => {
    mkdirSync(join(dir, 'silent'))
    const checks = [
      '{ cell: c, probe: egress-tcp, observed: fail }',
      '{ cell: c, stage: latent, named: [] }',
      '{ cell: "*", journal: words }',
      '{ cell: c, rule: "nat: -A", is: kept }',
      '{ cell: c, fix: f, rung: reinject, observed: cures }',
    ]
    const [claim] = load(one(checks.join(', ')))
    expect(claim!.check).to.have.lengthOf(5)
    expect(claim!.check[0]).to.deep.equal({ cell: 'c', stage: 'broken', probe: 'egress-tcp', observed: 'fail' })
  })

  for (const [what, text, message] of [
    ['a check of no kind', one('{ cell: c, probe: p }'), 'fault/claims.yaml: 0.check.0: must be'],
    ['an id used twice', one('{ cell: c, named: [] }').repeat(2), '001-a: two claims have this id'],
    ['an unknown key', '- { id: 001-a, vredict: confirmed }', '0: Unrecognized key: "vredict"'],
    ['what is no YAML', '- {', 'fault/claims.yaml: '],
  ] as const)
    it(`refuses ${what}`, () => expect(() => load(text)).to.throw(message))
})
