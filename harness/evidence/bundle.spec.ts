import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { parseBundle, readBundle } from './bundle.ts'
import { checksum } from './checksum.ts'
import { type Facts, readFacts } from './facts.ts'
import { dropSection, editSection, sealBundle } from './reseal.ts'

const recorded = readBundle(
  readFileSync(new URL('../causes/firewalld-zone/evidence/well/debian13-healthy.bundle', import.meta.url), 'utf8'),
)
// A real host's bundle without its long sections.
const names = ['system', 'units', 'docker-server', 'docker-networks', 'addresses', 'routes', 'rules-nft', 'firewalld']
const whole = sealBundle(
  names.flatMap((name) => {
    const found = recorded.sections.get(name)
    return found?.status === 'ok' ? [{ name, text: found.text }] : []
  }),
)
const healthy = readFacts(whole)
const broken = ({ sections, collector }: Facts): boolean =>
  !collector.whole ||
  !collector.current ||
  names.some((name) => sections[name]!.status !== healthy.sections[name]!.status)

/** The facts, or the LabError with the line at which the text stops being a bundle. */
function factsOf(text: string): Facts | LabError {
  try {
    return readFacts(text)
  } catch (error) {
    if (error instanceof LabError && error.code === 'usage') return error
    throw error
  }
}

describe('a bundle of evidence', function () {
  this.timeout(60_000)

  it('gives each section its status, and facts of those that are ok', () => {
    expect(names.filter((name) => healthy.sections[name]!.status !== 'ok')).to.deep.equal([])
    expect(healthy.collector).to.deep.include({ current: true, whole: true })
    expect(healthy.docker.networks.map(({ name }) => name)).to.include('bridge')
    const { sections, docker } = readFacts(
      sealBundle([
        { name: 'docker-networks', text: '[{"Name": 3}]' },
        { name: 'docker-containers', status: 'timed-out' },
        { name: 'routes', text: '[{"dst": "def' },
        { name: 'ipsets', status: 'absent', complaints: 'ipset is not installed' },
      ]),
    )
    expect(sections['docker-networks']!.status).to.equal('failed')
    expect(sections['docker-networks']!.why).to.contain('Name')
    expect(sections['docker-containers']).to.include({ status: 'timed-out', why: 'it took too long' })
    expect(sections.routes!.status).to.equal('failed')
    expect(sections.ipsets).to.include({ status: 'absent', why: 'ipset is not installed' })
    expect(sections.links).to.include({ status: 'absent' })
    expect(docker.networks).to.deep.equal([])
  })

  it('is never shorter for a row that cannot be read', () => {
    const rows = (bundle: string): Facts => readFacts(bundle)
    const damaged = rows(editSection(whole, 'routes', (text) => text.replace('"dst":', '"dts":')))
    expect(damaged.sections.routes!.why).to.contain('row 1: dst')
    expect(damaged.routes).to.deep.equal([])
    const cut = rows(editSection(whole, 'rules-nft', (text) => text.replace(/COMMIT[\s\S]*$/, '')))
    expect(cut.sections['rules-nft']!.status).to.equal('failed')
  })

  it('is read as far as it goes, wherever it was cut', () => {
    const ends = [...whole.matchAll(/^--- .*\n/gm)].map(({ index, 0: line }) => index + line.length)
    const middles = Array.from({ length: 200 }, (_, i) => Math.floor((whole.length * (i + 1)) / 202))
    let seen = 0
    for (const end of [...ends.slice(0, -1), ...middles]) {
      const facts = factsOf(whole.slice(0, end))
      if (facts instanceof LabError) {
        expect(end).to.be.below(whole.indexOf('\n'))
        continue
      }
      expect(facts.collector.whole).to.equal(false)
      const gone = names.filter((name) => !whole.slice(0, end).includes(`\n--- end ${name} ok`))
      for (const name of gone) expect(facts.sections[name]).to.deep.include({ status: 'timed-out' })
      for (const name of names)
        if (whole.slice(0, end).match(new RegExp(`--- end ${name} .*\\n`)))
          expect(facts.sections[name]!.status, `${name} at ${end}`).to.equal('ok')
      seen++
    }
    expect(seen).to.be.above(200)
  })

  it('notices a flipped bit: its section fails, or the text is no bundle', () => {
    let seed = 19
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const bytes = Buffer.from(whole)
    let noticed = 0
    for (let i = 0; i < 2000; i++) {
      const flipped = Buffer.from(bytes)
      const at = random(bytes.length)
      flipped[at] = flipped[at]! ^ (1 << random(8))
      const facts = factsOf(flipped.toString('utf8'))
      expect(facts instanceof LabError || broken(facts), `byte ${at}`).to.equal(true)
      noticed++
    }
    expect(noticed).to.equal(2000)
  })

  it('survives a mail: other line ends, a byte order mark, lost bytes outside ASCII', () => {
    const text = sealBundle([{ name: 'kernels', text: '6.1.0 “é”' }])
    for (const sent of [text.replaceAll('\n', '\r\n'), `\uFEFF${text}`, text.replace('é', '\uFFFD\uFFFD')])
      expect(readFacts(sent).sections.kernels!.status).to.equal('ok')
  })

  it('is refused, with the line, if the file has two or goes on after its end', () => {
    const lines = whole.split('\n').length
    expect(() => readFacts(whole + whole)).to.throw(`the file has two bundles, and the second begins at line ${lines}`)
    expect(() => readFacts(`${whole}more\n`)).to.throw(`line ${lines}`)
    expect(() => readFacts(`${whole}\n\n`)).to.not.throw()
    expect(() => readFacts('hello')).to.throw(/not a dockfault bundle, line 1/)
  })

  it('does not choose between two sections of one name', () => {
    const [, section = ''] = /(--- begin routes[\s\S]*?--- end routes .*\n)/.exec(whole) ?? []
    expect(readFacts(whole.replace('--- whole', `${section}--- whole`)).sections.routes!.status).to.equal('failed')
  })

  it('of another collector is read as far as possible', () => {
    const other = readFacts(
      sealBundle(
        [
          { name: 'kernels', text: '6.1.0' },
          { name: 'news', text: 'x' },
        ],
        'abc',
      ),
    )
    expect(other.collector).to.include({ version: 'abc', current: false, whole: true })
    expect(other.trees).to.deep.equal([])
    expect(other.sections.kernels!.status).to.equal('ok')
    expect(readFacts(dropSection(whole, 'routes')).sections.routes!.why).to.contain('does not have it')
  })

  it('of the first format is read too, and names what it lacks', () => {
    const first = `dockfault-evidence 1\n--- begin system\n kernel 6.1\n--- end system 0\n--- begin units\n no bus\n--- end units 1\n`
    const { sections, system, collector } = readFacts(first)
    expect(system.kernel).to.equal('6.1')
    expect(collector).to.include({ version: '1', current: false, whole: true })
    expect(sections.units).to.include({ status: 'failed', why: 'no bus' })
    expect(sections.neighbours!.status).to.equal('absent')
    const cut = readFacts(first.slice(0, -20))
    expect(cut.collector.whole).to.equal(false)
    expect(cut.sections.units!.status).to.equal('timed-out')
  })

  it('shows control characters of the host and loses nothing with them', () => {
    const textOf = (text: string) => readBundle(sealBundle([{ name: 'x', text }])).sections.get('x')!.text
    expect(textOf('\u001b[31mred\u001b[0m\u0000')).to.equal('␛[31mred␛[0m␀')
    expect(textOf('a\r--- end x ok 0 10 0')).to.equal('a␍--- end x ok 0 10 0')
    expect(textOf('a\u2028b\r')).to.equal('a\ufffdb')
  })

  it('has checksums of cksum and sha256sum', () => {
    expect(checksum('123456789')).to.equal('930766865')
    expect(checksum('123\r456\u00e9789')).to.equal('930766865')
    expect(checksum('123456789', 'sha256')).to.match(/^15e2b0d3c33891eb/)
  })
})

describe('the frames of a trace', () => {
  it('give each section its text and exit code', () => {
    const frames = 'dockfault-evidence 1\n--- begin x\n --- end x 0\n y\n--- end x 3\n'
    expect(parseBundle(frames).get('x')).to.deep.equal({ text: '--- end x 0\ny', code: 3 })
  })

  for (const [what, text] of [
    ['another file', 'hello'],
    ['what was cut off', 'dockfault-evidence 1\n--- begin system\n kernel'],
    ['an end without a beginning', 'dockfault-evidence 1\n--- end system 0'],
  ] as const)
    it(`are not of ${what}, which is refused with the line`, () =>
      expect(() => parseBundle(text)).to.throw(/not a dockfault bundle, line \d+/))
})
