import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { LabError } from '../lib/errors.ts'
import { damaged, hold, timeLimit, within1s } from '../lib/property.spec-data.ts'
import { loadScenarios } from './load.ts'
import { registry, shortest } from './terms.spec-data.ts'

const scenarios = new URL('../../scenarios/', import.meta.url)
const real = readdirSync(scenarios)
  .filter((name) => name.endsWith('.yaml') && name !== 'known-issues.yaml')
  .map((name) => readFileSync(new URL(name, scenarios), 'utf8'))
// These load in the small house, so that a small change may load as well.
const small = [
  stringify(shortest),
  'title: Healthy\nhosts: [debian12, debian13]\n',
  `${stringify(shortest)}fixes:\n  - { use: reboot, expect: cures, ladder: { again: cures } }\nvariants:\n  other: { fault: { how: module-missing }, hosts: [debian13] }\n`,
  'title: Two\nhosts: [debian12]\nfault: { kind: stale-kernel }\nand: { kind: masquerade-off, through: drop-in }\nbroken: { diagnosis: [stale-kernel] }\n',
]
const pieces = [
  ...[
    '[',
    ']',
    '{',
    '}',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '\t',
    '#',
    '"',
    "'",
    '|',
    '>',
    '? ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
  ],
  ...['&a ', '*a', '<<: *a', '!!binary ', '!!js/function ', '~', 'null', 'true', '1e999', '-.inf', '0x', '2024-01-01'],
  ...[
    '__proto__: { x: 1 }\n',
    'constructor',
    'hosts',
    'title: ',
    'fault: ',
    'variants:\n  a: ',
    'debian12',
    'on: ',
    'and: ',
  ],
  ...[
    'broken: ',
    'fixes: ',
    'probes: ',
    'default: ',
    'fail',
    '\u202e',
    '\u0000',
    '\ufeff',
    '\u2028',
    '\ud800',
    '\u001b[31m',
  ],
]
const anyText = fc.oneof(
  { weight: 6, arbitrary: damaged(fc.constantFrom(...small), pieces) },
  { weight: 2, arbitrary: damaged(fc.constantFrom(...real), pieces) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((all) => all.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc
      .object({ key: fc.constantFrom('title', 'hosts', 'fault', 'variants', 'on', 'given', 'x') })
      .map((value) => stringify(value)),
  },
)

describe('the loader of scenarios, given any text', function () {
  this.timeout(timeLimit)
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-any-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  /** The number of cells. Throws where the text is refused without a position that is in it. */
  const outcome = (text: string): number | 'refused' => {
    const file = join(dir, 'any.yaml')
    writeFileSync(file, text)
    const lines = readFileSync(file, 'utf8').split(/\r\n|\n/)
    try {
      const cells = within1s(() => loadScenarios(dir, registry))
      for (const { name, where } of cells) {
        expect(name).to.match(/^debian1[23]-any(-|$)/)
        expect(where.line).to.be.within(1, lines.length)
      }
      return cells.length
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      expect(error.code).to.equal('usage')
      const positions = [...error.message.matchAll(/^.*any\.yaml:(\d+):(\d+): \S/gm)]
      expect(positions, error.message).to.not.be.empty
      for (const [, line, column] of positions) {
        expect(Number(line), error.message).to.be.within(1, lines.length)
        expect(Number(column), error.message).to.be.within(1, lines[Number(line) - 1]!.length + 1)
      }
      expect(error.message).to.not.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
      return 'refused'
    }
  }

  it('has texts that load, and all scenarios of the project', () => {
    expect(small.map((text) => outcome(text))).to.deep.equal([1, 2, 2, 'refused'])
    expect(real).to.have.length.at.least(30)
  })

  it('makes cells of it, or refuses it with file, line and column, within a second', () => {
    const seen = { cells: 0, refused: 0 }
    hold(
      fc.property(anyText, (text) => {
        const result = outcome(text)
        if (result === 'refused') seen.refused++
        else seen.cells++
      }),
      80,
    )
    expect(seen.cells).to.be.above(3)
    expect(seen.refused).to.be.above(20)
  })

  // The parser's line counter missed the end of a line that it could not parse.
  it('counts lines right after a line that is no YAML', () => {
    const text = ' breaks\nhosts:\n  - a\nfa breaks\nhosts:\n  - b\nx: [\n'
    writeFileSync(join(dir, 'any.yaml'), text)
    expect(outcome(text)).to.equal('refused')
    expect(() => loadScenarios(dir, registry)).to.throw(LabError, /any\.yaml:6:3: /)
  })

  it('refuses within a second what grows: aliases of aliases, depth, and a line of a megabyte', () => {
    const aliases = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`),
    ]
    const deep = `title: ${'['.repeat(5000)}`
    const merged = `x: &x { hosts: [debian12] }\ntitle: a\n${'<<: *x\n'.repeat(1000)}`
    const many = `title: a\nhosts: [debian12]\nvariants:\n${Array.from({ length: 300 }, (_, i) => `  v${i}: { nothing: 1 }\n`).join('')}`
    for (const text of [
      aliases.join('\n'),
      deep,
      merged,
      `title: ${'a'.repeat(1_000_000)}`,
      many,
      `${'{a: '.repeat(3000)}`,
    ])
      expect(outcome(text), text.slice(0, 60)).to.equal('refused')
  })
})
