import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { parse } from 'yaml'
import { LabError } from '../lib/errors.ts'
import { equivalentsText, readEquivalents } from './equivalents.ts'
import { readOptions } from './options.ts'
import { fingerprintOf, roundOnce } from './rounds.ts'
import { changedRanges, scopesOf, withRanges } from './scope.ts'
import { sentence } from './sentences.ts'
import { readSources, specsImporting, splitNear } from './specs.ts'
import { type Mutant, merged, rowOf, score, survivorsOf, tableOf } from './table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const config = JSON.parse(readFileSync(join(root, 'stryker.config.json'), 'utf8')) as { mutate: string[] }

describe('the scope of mutants', () => {
  it('is every folder that judges, one at a time, without its specs', () => {
    const scopes = scopesOf(config.mutate, [])
    expect(scopes.map(({ folder }) => folder)).to.include.members([
      ...['evidence', 'simulate', 'causes', 'diagnosis', 'probes', 'cell', 'results'].map((name) => `harness/${name}`),
    ])
    for (const { folder, mutate } of scopes) {
      expect(existsSync(join(root, folder)), folder).to.equal(true)
      expect(mutate[0]).to.equal(`${folder}/**/*.ts`)
      expect(mutate).to.include('!harness/**/*.spec.ts')
    }
    const { jobs } = parse(readFileSync(join(root, '.github/workflows/mutants.yml'), 'utf8'))
    expect(jobs.mutants.strategy.matrix.folder.map((name: string) => `harness/${name}`).sort()).to.deep.equal(
      scopes.map(({ folder }) => folder).sort(),
    )
  })

  it('is one folder, or one below it, and no other', () => {
    expect(scopesOf(config.mutate, ['harness/simulate/walk'])[0]!.mutate[0]).to.equal('harness/simulate/walk/**/*.ts')
    const file = 'harness/fix/classify.ts'
    expect(scopesOf(config.mutate, [file])[0]!.mutate[0]).to.equal(file)
    expect(scopesOf(config.mutate, [file], [`${file}:1-2`, 'harness/fix/ladder.ts:1-2'])[0]!.mutate[0]).to.equal(
      `${file}:1-2`,
    )
    expect(() => scopesOf(config.mutate, ['harness/report'])).to.throw(LabError, 'harness/report is not mutated')
    expect(() => scopesOf(config.mutate, ['harness/cellar'])).to.throw(LabError)
  })

  it('is the lines that a diff adds or changes', () => {
    const diff = [
      '+++ b/harness/cell/observe.ts',
      '@@ -3 +3,4 @@ x',
      '@@ -9,2 +13 @@',
      '@@ -20,2 +21,0 @@',
      '+++ b/harness/evidence/collect.sh',
      '@@ -1 +1 @@',
      '+++ /dev/null',
      '@@ -1,9 +0,0 @@',
    ]
    const ranges = changedRanges(diff.join('\n'))
    expect(ranges).to.deep.equal(['harness/cell/observe.ts:3-6', 'harness/cell/observe.ts:13-13'])
    const [only, ...others] = scopesOf(config.mutate, [], [...ranges, 'harness/report/derive.ts:1-2'])
    expect([only!.folder, only!.mutate.slice(0, 2), others]).to.deep.equal(['harness/cell', ranges, []])
  })
})

describe('the specs for a folder', () => {
  const sources = new Map([
    ['harness/cell/a.ts', "import { x } from '../fix/b.ts'"],
    ['harness/fix/b.ts', ''],
    ['harness/fix/b.spec.ts', "import './b.ts'"],
    ['harness/cell/a.spec.ts', "import './a.ts'"],
    ['harness/causes/causes.ts', `await import(\`./\${name}/cause.ts\`)`],
    ['harness/causes/one/cause.ts', ''],
    ['harness/causes/causes.spec.ts', "import './causes.ts'"],
    ['harness/hosts/slow.spec.ts', "import '../fix/b.ts'"],
    ['harness/run.spec.ts', "import './cell/a.ts'"],
  ])

  it('import it, directly, through others or by a scan, and start no host', () => {
    expect(specsImporting('harness/fix', sources)).to.deep.equal([
      ...['harness/cell/a.spec.ts', 'harness/fix/b.spec.ts', 'harness/run.spec.ts'],
    ])
    expect(specsImporting('harness/cell', sources)).to.deep.equal(['harness/cell/a.spec.ts', 'harness/run.spec.ts'])
    expect(specsImporting('harness/causes/one', sources)).to.deep.equal(['harness/causes/causes.spec.ts'])
  })

  it('are the folder’s own, and the others', () => {
    const specs = ['harness/cell/a.spec.ts', 'harness/fix/b.spec.ts', 'harness/run.spec.ts']
    const split = { own: ['harness/fix/b.spec.ts'], others: ['harness/cell/a.spec.ts', 'harness/run.spec.ts'] }
    expect(splitNear('harness/fix', specs)).to.deep.equal(split)
    expect(splitNear('harness/fix/b.ts', specs)).to.deep.equal(split)
  })

  it('are there for every folder', () => {
    const own = readSources(root)
    for (const { folder } of scopesOf(config.mutate, []))
      expect(specsImporting(folder, own), folder).to.have.length.at.least(5)
  })
})

describe('the score', () => {
  const mutant = (status: string, to = 'true', column = 6): Mutant => ({
    ...{ file: 'harness/fix/b.ts', range: `harness/fix/b.ts:3:${column}-3:7`, lineNumber: 3, line: '  if (a) b()' },
    ...{ mutator: 'ConditionalExpression', to, status },
  })
  const known = [{ file: 'harness/fix/b.ts', line: 'if (a) b()', to: 'false', because: 'a is never undefined there' }]

  it('counts what specs notice, without what is equivalent, ignored or cannot run', () => {
    const statuses = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError']
    const row = rowOf('harness/fix', [...statuses.map((status) => mutant(status)), mutant('Survived', 'false')], known)
    expect(row).to.deep.include({ killed: 2, timedOut: 1, equivalent: 1, outdated: [] })
    expect(row.survivors).to.have.length(2)
    expect(score([row])).to.equal(60)
    expect(score([])).to.equal(undefined)
    expect(tableOf([row, row]))
      .to.contain('| harness/fix | 2 | 1 | 2 | 1 | 60.0 |')
      .and.contain('| all | 4 | 2 | 4 | 2 |')
    expect(survivorsOf([row]))
      .to.contain('harness/fix/b.ts:3')
      .and.contain('→ true')
      .and.contain('which no spec runs')
  })

  it('takes from the second round what the first did not notice', () => {
    const first = [
      mutant('Killed'),
      mutant('Survived', 'false'),
      mutant('NoCoverage', 'true', 4),
      mutant('Survived', 'x'),
    ]
    const second = [mutant('Survived'), mutant('Killed', 'false'), mutant('Killed', 'false', 4)]
    const statuses = (all: readonly Mutant[]): string[] => all.map(({ status }) => status)
    expect(statuses(merged(first, second))).to.deep.equal(['Killed', 'Killed', 'NoCoverage', 'Survived'])
    const scope = { folder: 'harness/fix', mutate: ['harness/fix/**/*.ts', '!harness/**/*.spec.ts'] }
    expect(withRanges(scope, [first[1]!.range, first[1]!.range]).mutate).to.deep.equal([
      ...['harness/fix/b.ts:3:6-3:7', '!harness/**/*.spec.ts'],
    ])
  })

  it('names an entry of the equivalents that specs notice', () =>
    expect(rowOf('harness/fix', [mutant('Killed', 'false')], known).outdated).to.deep.equal(known))

  it('has a reason and a file for each equivalent mutant', () => {
    const all = readEquivalents(equivalentsText())
    for (const { file, line } of all) expect(readFileSync(join(root, file), 'utf8'), line).to.contain(line)
    expect(() => readEquivalents('- { file: a, line: b, to: c, because: short }')).to.throw()
  })
})

describe('a round of mutants', () => {
  it('is kept when it has ended, and runs again where a source has changed or what was kept is damaged', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dockfault-rounds-'))
    try {
      const file = join(dir, 'deep/cell.json')
      const sources = new Map([['harness/cell/a.ts', 'a']])
      let runs = 0
      const run = async (of: ReadonlyMap<string, string>): Promise<number> => {
        const kept = await roundOnce(file, fingerprintOf(of), async () => [{ lineNumber: ++runs } as Mutant])
        return kept[0]!.lineNumber
      }
      expect([await run(sources), await run(sources)]).to.deep.equal([1, 1])
      expect(await run(new Map([['harness/cell/a.ts', 'b']]))).to.equal(2)
      writeFileSync(file, '{"fingerprint":')
      expect(await run(sources)).to.equal(3)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('the wording of a sentence', () => {
  const literal = (value: string, parent?: object) =>
    sentence({ node: { type: 'StringLiteral', value }, ...(parent && { parent: parent as never }) })

  it('is not mutated, and words of the code are', () => {
    expect(literal('nothing accepts what comes from')).to.be.a('string')
    for (const code of ['passed', 'docker-config', '-A FORWARD', 'a|b c', 'x\ny z', ', '])
      expect(literal(code)).to.equal(undefined)
  })

  it('is a template’s too, but for one that chooses', () => {
    const quasis = [{ value: { raw: 'the host lacks ' } }, { value: { raw: '' } }]
    const template = (type: string) => sentence({ node: { type: 'TemplateLiteral', quasis, expressions: [{ type }] } })
    expect(template('Identifier')).to.be.a('string')
    expect(template('ConditionalExpression')).to.equal(undefined)
  })
})

describe('the options of mutants', () => {
  it('are folders, a revision and the near specs', () => {
    expect(readOptions(['--folder', './harness/fix/', '--since', 'main', '--near'])).to.deep.equal({
      ...{ folders: ['harness/fix'], since: 'main', near: true },
    })
    expect(readOptions([])).to.deep.equal({ folders: [], near: false })
    expect(() => readOptions(['--fast']))
      .to.throw(LabError)
      .with.property('exitCode', 64)
  })
})
