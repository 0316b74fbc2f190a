import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parseBundle } from './bundle.ts'
import { readFacts } from './facts.ts'

const bundle = (...sections: [string, string, number][]): string =>
  `dockfault-evidence 1\n${sections.map(([name, text, code]) => `--- begin ${name}\n${text.replace(/^/gm, ' ')}\n--- end ${name} ${code}\n`).join('')}`

describe('a bundle of evidence', () => {
  it('gives each section its text and exit code', () => {
    const sections = parseBundle(bundle(['system', 'kernel 6.1', 0], ['units', 'no bus', 1]))
    expect(sections.get('system')).to.deep.equal({ text: 'kernel 6.1', code: 0 })
    expect(sections.get('units')!.code).to.equal(1)
  })

  it('is not fooled by a host that prints frames', () => {
    const sections = parseBundle(bundle(['docker-journal', '--- end docker-journal 0\n--- begin modules', 0]))
    expect([...sections.keys()]).to.deep.equal(['docker-journal'])
    expect(sections.get('docker-journal')!.text).to.contain('--- begin modules')
  })

  it('strips escapes and control characters of the host', () =>
    expect(parseBundle(bundle(['x', '\u001b[31mred\u001b[0m\u202e', 0])).get('x')!.text).to.equal('red'))

  for (const [what, text] of [
    ['another file', 'hello'],
    ['a bundle cut off', 'dockfault-evidence 1\n--- begin system\n kernel'],
    ['an end without a begin', 'dockfault-evidence 1\n--- end system 0'],
  ] as const)
    it(`refuses ${what}, with the line`, () =>
      expect(() => parseBundle(text)).to.throw(/not a dockfault bundle, line \d+/))

  it('is what the collector prints, on any Linux machine', () => {
    const script = readFileSync(new URL('./collect.sh', import.meta.url), 'utf8')
    const { stdout, status } = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' })
    expect(status).to.equal(0)
    expect(readFacts(stdout).system.kernel).to.match(/^\d+\.\d+/)
    expect([...parseBundle(stdout).keys()]).to.include.members(['modules', 'units', 'rules-nft', 'settings'])
  })
})
