import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { helpFor, helps } from './help.ts'

const source = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
const scripts = Object.entries(JSON.parse(source('../../package.json')).scripts as Record<string, string>)

/** The options that a command parses, as its source has them. */
const parsed = (text: string): string[] =>
  [...text.matchAll(/'?([a-z-]+)'?: \{ type: '(?:string|boolean)'/g)].map(([, name]) => name!)

describe('help', () => {
  it('knows every command, and says how npm runs it', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((file) => !/^help\.|\.spec\.ts$/.test(file))
    expect(Object.keys(helps).map((name) => `${name}.ts`)).to.have.members(files)
    for (const [name, { call }] of Object.entries(helps))
      expect(scripts.find(([script]) => script === call.split(' ')[0])?.[1]).to.match(new RegExp(`main\\.ts ${name}$`))
  })

  for (const [name, { options = {} }] of Object.entries(helps))
    it(`knows the options of ${name}, and no others`, () => {
      const text = source(`${name}.ts`)
      const reach = text.includes('...reachOptions') && name !== 'diagnose' ? ['ssh', 'ssh-config'] : []
      const told = Object.keys(options).map((option) => /^--([a-z-]+)/.exec(option)![1])
      expect(told).to.have.members([...parsed(text), ...reach])
    })

  it('is given where it is asked for, of one command or of all', () => {
    expect(helpFor('down', ['--help'])).to.match(/^npm run down\n\nEnds and removes/)
    expect(helpFor('run', ['debian12-healthy', '-h'])).to.match(
      /^npm run scenario <cell> \[-- options\][\s\S]*\n {2}--keep </,
    )
    expect(helpFor('help', [])).to.match(/npm run scenario <cell>\n +Provisions[\s\S]*npm run schema\n/)
    expect(helpFor('down', [])).to.equal(undefined)
    expect(helpFor('no-such-command', ['--help'])).to.equal(undefined)
  })

  it('fits a terminal', () => {
    const lines = ['help', ...Object.keys(helps)].flatMap((name) => helpFor(name, ['-h'])!.split('\n'))
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(120)
  })
})
