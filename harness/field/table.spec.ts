import { expect } from 'chai'
import { deviations, type FieldLine, isWrong } from './line.ts'
import { inWords, tableOf } from './table.ts'

const line = (more: Partial<FieldLine>): FieldLine => ({
  script: 'x',
  wanted: 'sick',
  verdict: 'sick',
  causes: [],
  unexplained: [],
  notChecked: [],
  probesDead: ['egress-tcp'],
  probesOpen: [],
  ms: 12_000,
  ...more,
})

describe('the results of scripts', () => {
  it('are wrong if a sick host is called healthy, a healthy one sick, or the diagnosis crashed', () => {
    const wrong = (wanted: FieldLine['wanted'], verdict: FieldLine['verdict']): boolean => isWrong({ wanted, verdict })
    const all = (['sick', 'well'] as const).flatMap((wanted) =>
      (['healthy', 'sick', 'unknown', 'crashed', 'broken'] as const)
        .filter((verdict) => wrong(wanted, verdict))
        .map((verdict) => `${wanted} ${verdict}`),
    )
    expect(all).to.deep.equal(['sick healthy', 'sick crashed', 'well sick', 'well crashed'])
  })

  it('separate dead probes from open ones, and count a crashed probe as dead', () => {
    const healthy = new Map([
      ['a', 'pass'],
      ['b', 'pass'],
      ['c', 'fail'],
      ['d', 'fail'],
      ['e', 'pass'],
    ] as const)
    const seen = Object.entries({ a: 'pass', b: 'fail', c: 'fail', d: 'pass', e: 'error' } as const)
    const results = seen.map(([name, outcome]) => ({ name, outcome, durationMs: 1, detail: '' }))
    expect(deviations(healthy, results)).to.deep.equal({ probesDead: ['b', 'e'], probesOpen: ['d'] })
  })

  it('show the causes, else the first symptom, else what could not be judged', () => {
    const found = { causes: ['a', 'b'], unexplained: ['dies at c', 'dies at d'], notChecked: ['e'] }
    expect(inWords(line(found))).to.equal('a, b')
    expect(inWords(line({ ...found, causes: [] }))).to.equal('dies at c (and 1 more)')
    expect(inWords(line({ notChecked: ['e'], verdict: 'unknown' }))).to.equal('e')
    expect(inWords(line({ notChecked: ['e'], verdict: 'healthy' }))).to.equal('')
    expect(inWords(line({ ...found, why: 'the host was lost' }))).to.equal('the host was lost')
    const long = inWords(line({ unexplained: [`a\n\x1b[31mred ${'long '.repeat(100)}and dies at b`] }))
    expect(long)
      .to.match(/^a red long .*….* and dies at b$/)
      .and.have.length(200)
  })

  it('are in aligned columns, with a sum', () => {
    const text = tableOf([
      line({ script: 'named', causes: ['masquerade-off'] }),
      line({ script: 'a-long-name', verdict: 'healthy', probesDead: [], harmless: true, exitCode: 3 }),
      line({ script: 'gone', verdict: 'broken', why: 'no host' }),
      line({ script: 'odd', wanted: 'well', verdict: 'unknown', probesDead: [], probesOpen: ['isolation'] }),
    ])
    const [head, ...rows] = text.split('\n')
    expect(rows.slice(0, 4).map((row) => row[0])).to.deep.equal(['✓', '✗', '?', '?'])
    const column = head!.indexOf('verdict')
    const words = rows.slice(0, 4).map((row) => row.slice(column).split(' ')[0])
    expect(words).to.deep.equal(['sick', 'healthy', 'broken', 'unknown'])
    expect(rows[1]).to.contain('harmless, exit 3')
    expect(rows[3]).to.contain('all answer, isolation open')
    expect(rows.at(-1)).to.equal('3 sick: 1 broken, 1 healthy, 1 sick · 1 well: 1 unknown')
  })
})
