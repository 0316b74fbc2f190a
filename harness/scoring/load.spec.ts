import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { causeNames } from '../causes/index.ts'
import { LabError } from '../lib/errors.ts'
import { outside } from '../outside/outside.ts'
import { probeContainers } from '../probes/containers.ts'
import { adapterNames, loadAdapter, loadDetectors } from './load.ts'

const causes = ['stale-kernel', 'rules-flushed']

describe('adapters of outside detectors', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'adapters-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const load = (text: string) => {
    writeFileSync(join(dir, 'mine.yaml'), text)
    return loadAdapter(join(dir, 'mine.yaml'), causes)
  }
  const failure = (text: string): LabError => {
    try {
      load(text)
    } catch (error) {
      return error as LabError
    }
    throw new Error('this adapter loads')
  }
  const complaints = (text: string): string[] =>
    failure(text)
      .message.replaceAll(`${dir}/`, '')
      .split('\n')
      .filter((line) => /^\S/.test(line))

  it('load from a file, with what it leaves out', () => {
    expect(load("title: Mine\ncommand: check\nrules: [{ output: 'BAD', cause: stale-kernel }]\n")).to.deep.equal({
      name: 'mine',
      title: 'Mine',
      command: 'check',
      needs: [],
      packages: [],
      programs: [],
      deadline: 60,
      exits: [0],
      rules: [{ output: 'BAD', cause: 'stale-kernel' }],
    })
  })

  it('are shown with line, column, caret and what to write instead where they are wrong', () => {
    const error = failure('title: Mine\ncommand: check\nrules:\n  - { output: BAD, cause: stale-kernl }\n')
    expect(error).to.be.instanceOf(LabError)
    expect(error.exitCode).to.equal(64)
    expect(error.message.split('\n')).to.deep.equal([
      `${dir}/mine.yaml:4:27: \`rules[0].cause\` cannot be \`stale-kernl\``,
      '  4 |   - { output: BAD, cause: stale-kernl }',
      '    |                           ^^^^^^^^^^^',
      '    = did you mean `stale-kernel`? (one of: stale-kernel, rules-flushed, sick)',
    ])
  })

  it('are refused with all that is wrong in them, from the top', () => {
    expect(
      complaints(`title: Mine
comand: check
packages: [needrestart, 'a;b']
deadline: 0
exits: [0, 124]
answer: '(['
rules:
  - { cause: sick }
  - { exit: [3], cause: sick }
`).map((line) => line.replace(/: Invalid regular expression.*/, '')),
    ).to.deep.equal([
      'mine.yaml:1:1: missing key `command`',
      'mine.yaml:2:1: unknown key `comand`',
      'mine.yaml:3:25: `packages[1]` must be the name of a Debian package',
      'mine.yaml:4:11: `deadline` must be whole seconds, 1 to 600',
      'mine.yaml:5:12: `exits[1]` must be an exit code from 0 to 123; higher codes are crashes, never answers',
      'mine.yaml:6:9: `answer` is not a regular expression',
      'mine.yaml:8:5: `rules[0]` needs `output` or `exit`',
    ])
    expect(complaints('title: x\ncommand: y\nrules: []\n')).to.deep.equal(['mine.yaml:3:8: `rules` must not be empty'])
    expect(complaints('title: x\ncommand: y\nrules:\n  - { exit: [3], cause: sick }\n')).to.deep.equal([
      'mine.yaml:4:13: `rules[0].exit` contains 3, which is not one of `exits`',
    ])
  })

  it('are plain YAML, and the hints are those of adapters', () => {
    expect(failure('- a\n').message).to.contain('mine.yaml:1:1: not a mapping').and.contain('`command:`')
    expect(failure('title: &a x\n').message).to.contain('an adapter is plain YAML')
  })

  it('are found by name, by path, or made of a command', () => {
    writeFileSync(join(dir, 'mine.yaml'), 'title: x\ncommand: y\nrules: [{ exit: [0], cause: sick }]\n')
    const words = ['needrestart', join(dir, 'mine.yaml'), 'my-check --quick']
    const found = loadDetectors(words, causes)
    expect(found.map(({ name }) => name)).to.deep.equal(['needrestart', 'mine', 'my-check --quick'])
    expect(found[2]).to.deep.include({ command: 'my-check --quick' })
  })

  it('may still have the word that sick had in the first version', () => {
    writeFileSync(join(dir, 'older.yaml'), 'title: x\ncommand: y\nrules: [{ exit: [0], cause: unwell }]\n')
    expect(loadDetectors([join(dir, 'older.yaml')], ['stale-kernel'])[0]!.rules[0]!.cause).to.equal('sick')
  })

  it('are not guessed: a mistyped name is an error, and names are unique', () => {
    const wrong = (...words: string[]) => {
      try {
        loadDetectors(words, causes)
      } catch (error) {
        return error as LabError
      }
      throw new Error('these load')
    }
    expect(wrong('needrestrat').hint).to.contain('did you mean needrestart?')
    expect(wrong('needrestrat').exitCode).to.equal(64)
    expect(wrong('needrestart', 'needrestart').message).to.contain('two detectors have the name needrestart')
    expect(wrong(join(dir, 'none.yaml')).message).to.contain('no adapter at')
    writeFileSync(join(dir, 'dockfault.yaml'), 'title: x\ncommand: y\nrules: [{ exit: [0], cause: sick }]\n')
    expect(wrong(join(dir, 'dockfault.yaml')).message).to.contain('have the name dockfault')
  })

  it('that dockfault ships load with its own causes', () => {
    const names = adapterNames()
    expect(names).to.include.members(['docker-info', 'lynis', 'needrestart', 'package-files', 'ping-and-curl'])
    expect(loadDetectors(names, causeNames).map(({ name }) => name)).to.deep.equal(names)
  })

  it('are as the README shows them', () => {
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
    const example = load(/```yaml\n([\s\S]*?)```/.exec(readme)![1]!)
    expect(example).to.deep.include({ programs: ['needrestart'], deadline: 60, exits: [0, 1] })
  })

  it("that ask the lab's containers and outside name them as they are", () => {
    const command = loadDetectors(['ping-and-curl'], causeNames)[0]!.command
    expect(command).to.contain(`docker exec ${probeContainers.default.name} `)
    expect(command).to.contain(`http://127.0.0.1:${probeContainers.default.port}/`)
    expect(command).to.contain(` ${outside.address} `)
  })
})
