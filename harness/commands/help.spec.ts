import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { invocation } from '../lib/invocation.ts'
import { declarations } from './declarations.ts'
import { helpFor } from './help.ts'
import { parse } from './parse.ts'

const source = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
const scripts = JSON.parse(source('../../package.json')).scripts as Record<string, string>
const names = Object.keys(declarations) as (keyof typeof declarations)[]

describe('the declarations', () => {
  it('cover every command, and npm runs each by the word in its hints', () => {
    expect(names).to.have.length.at.least(16)
    for (const name of names) {
      const [, script] = /^npm run (?:-s )?([a-z]+)$/.exec(invocation(name)) ?? []
      expect(scripts[script!], name).to.match(new RegExp(`main\\.ts ${name}$`))
    }
    const commands = [source('../main.ts'), source('tool.ts')].join()
    for (const name of names) expect(commands).to.contain(`${name}.ts'`)
  })

  it('feed the parser of each command, and no command has its own', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((file) =>
      names.some((name) => file === `${name}.ts`),
    )
    expect(files).to.have.length(names.length)
    for (const file of files) {
      expect(source(file), file).to.contain(`parse('${file.replace('.ts', '')}', args)`)
      expect(source(file), file).to.not.contain('parseArgs')
    }
  })

  it('give each option its value, its default or a list', () => {
    const { values, positionals } = parse('matrix', ['--resume', 'x', '--select=a', '--select', 'b', '--jobs', '2'])
    expect(values).to.include({ resume: true, jobs: '2', repeat: '1', json: false })
    expect(values.select).to.deep.equal(['a', 'b'])
    expect(values.provider).to.equal(undefined)
    expect(positionals).to.deep.equal(['x'])
    expect(() => parse('down', ['it'])).to.throw(/positional/)
    expect(() => parse('diagnose', ['--no-such'])).to.throw(/no-such/)
  })
})

describe('help', () => {
  it('is there on request, for one command or for all', () => {
    expect(helpFor('down', ['--help'])).to.match(/^npm run down\n\nRemoves everything/)
    expect(helpFor('run', ['debian12-healthy', '-h'])).to.match(
      /^npm run scenario <cell> \[-- options\][\s\S]*\n {2}--keep </,
    )
    expect(helpFor('help', [])).to.match(/npm run scenario <cell>\n +Runs one cell[\s\S]*npm run schema\n/)
    expect(helpFor('down', [])).to.equal(undefined)
    expect(helpFor('no-such-command', ['--help'])).to.equal(undefined)
  })

  it('covers only the commands that a program has', () => {
    expect(helpFor('help', [], ['fix'])).to.match(/^ {2}npm run fix \[cause\]\n( {6}.*\n)+\nThe options of a command: /)
    expect(helpFor('down', ['--help'], ['fix'])).to.equal(undefined)
  })

  for (const columns of [60, 80, 200])
    it(`fits a terminal of ${columns} columns`, () => {
      const lines = ['help', ...names].flatMap((name) => helpFor(name, ['-h'], names, columns)!.split('\n'))
      expect(lines.length).to.be.at.least(100)
      expect(Math.max(...lines.map((line) => line.length))).to.be.within(50, Math.min(columns, 100))
    })
})
