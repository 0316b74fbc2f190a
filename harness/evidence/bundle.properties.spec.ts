import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { LabError } from '../lib/errors.ts'
import { damaged, hold, timeLimit, within1s } from '../lib/property.spec-data.ts'
import { readBundle } from './bundle.ts'
import { readFacts } from './facts.ts'
import { editSection, sealBundle } from './reseal.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}.bundle`, import.meta.url), 'utf8')
const recorded = [
  read('trace/evidence/healthy'),
  read('field/evidence/sick/vpn-kill-switch'),
  read('causes/firewalld-zone/evidence/well/debian13-healthy'),
]
const pieces = [
  ...[
    '\n',
    '\r\n',
    '--- whole\n',
    '--- begin links\n',
    '--- end links ok 0 10 0\n',
    'dockfault-evidence 2 x\n',
    '!',
    ' ',
  ],
  ...['{', '}', '[', ']', '"', ',', ':', 'null', '-1', '1e400', '__proto__', '*filter', 'COMMIT', '-A ', '"nftables"'],
  ...['\u0000', '\ufeff', '\u202e', '\u001b[2J', '\ud800', '🙂'],
]
const states = ['ok', 'absent', 'failed', 'timed-out']

/** The states of the sections as facts have them; `refused` where the text is no bundle. Anything else is a crash. */
function statesOf(text: string): Record<string, { status: string; why: string }> | 'refused' {
  try {
    return within1s(() => readFacts(text)).sections
  } catch (error) {
    if (error instanceof LabError && error.code === 'usage') return 'refused'
    throw error
  }
}

describe('the reader of bundles, given any text', function () {
  this.timeout(timeLimit)
  const whole = new Map(recorded.map((text) => [text, readBundle(text)]))

  it('never crashes, and takes no changed section for one that was read', () => {
    const seen = { read: 0, refused: 0 }
    hold(
      fc.property(
        fc.constantFrom(...recorded).chain((text) => fc.tuple(fc.constant(text), damaged(fc.constant(text), pieces))),
        ([original, text]) => {
          const result = statesOf(text)
          if (result === 'refused') return void seen.refused++
          seen.read++
          const own = whole.get(original)!
          for (const [name, { status, why }] of Object.entries(result)) {
            expect(status).to.be.oneOf(states)
            if (status !== 'ok') expect(why, name).to.not.equal('')
          }
          // What is ok has the text that the collector printed, but for characters that no fact depends on.
          const plain = (section: string | undefined) => section?.replace(/[^\t\n\x20-\x7e]/g, '')
          for (const [name, { status, text: now }] of readBundle(text).sections)
            if (status === 'ok') expect(plain(now), name).to.equal(plain(own.sections.get(name)?.text))
        },
      ),
      60,
    )
    expect(seen.read).to.be.above(10)
  })

  it('never crashes where a section has another text and a correct checksum', () => {
    const bundle = recorded[0]!
    const names = [...readBundle(bundle).sections.keys()]
    expect(names).to.have.length.above(30)
    let ok = 0
    hold(
      fc.property(
        fc.constantFrom(...names).chain((name) => {
          const { text } = readBundle(bundle).sections.get(name)!
          return fc.tuple(fc.constant(name), damaged(fc.constant(text), pieces))
        }),
        ([name, text]) => {
          const result = statesOf(editSection(bundle, name, () => text))
          if (result !== 'refused' && result[name]?.status === 'ok') ok++
        },
      ),
      60,
    )
    expect(ok).to.be.above(5)
  })

  it('gives back what was sealed', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', '-', '"', 'é', '🙂', '\t', '!'), maxLength: 20 })
    const section = fc.record({
      name: fc.constantFrom('a', 'b-c', 'links', 'x1'),
      text: fc.array(line, { maxLength: 5 }).map((lines) => lines.join('\n')),
      status: fc.constantFrom('ok', 'failed', 'absent', 'timed-out') as fc.Arbitrary<'ok'>,
    })
    hold(
      fc.property(fc.uniqueArray(section, { selector: ({ name }) => name, maxLength: 4 }), (sections) => {
        const { sections: found, whole } = readBundle(sealBundle(sections))
        expect(whole).to.equal(true)
        expect([...found].map(([name, { status, text }]) => ({ name, text, status }))).to.deep.equal(
          sections.map(({ name, text, status }) => ({ name, text, status })),
        )
      }),
      100,
    )
  })
})
