import { expect } from 'chai'
import { renderComplaint } from './complaint.ts'
import { parseSource } from './source.ts'

describe('scenario source', () => {
  const first = (text: string): string => {
    const { complaints, lines } = parseSource(text)
    const [complaint] = complaints
    return complaint ? renderComplaint('f', text, lines, complaint).split('\n')[0]! : 'nothing'
  }

  const refused: Record<string, [text: string, complaint: string]> = {
    'an anchor': ['title: &t x\n', 'f:1:8: an anchor, `&t`'],
    'an anchor of the whole': ['&r\ntitle: x\n', 'f:1:1: an anchor, `&r`'],
    'an alias': ['a: *t\n', 'f:1:4: an alias, `*t`'],
    'a merge key': ['a:\n  <<: { b: 1 }\n', 'f:2:3: a merge key'],
    'a tag': ['a: !!str 1\n', 'f:1:4: a tag'],
    'a tag of its own': ['a: !exec "rm -rf /"\n', 'f:1:4: a tag'],
    'a tag on a list': ['a: !!seq [1]\n', 'f:1:4: a tag'],
    'a tag with an address': ['a: !<tag:x,2000:y> 1\n', 'f:1:4: a tag'],
    'a directive': ['# c\n%YAML 1.1\n---\na: yes\n', 'f:2:1: a YAML directive'],
    'a second document': ['a: 1\n---\nb: 2\n', 'f:2:1: a second document'],
    'a key that occurs twice': ['a: 1\nb: 2\na: 3\n', 'f:3:1: the key `a` occurs twice'],
    'a key that is a number': ['1: 2\n', 'f:1:1: a key that is not a word'],
    'a key that is a list': ['? [a]\n: 1\n', 'f:1:3: a key that is not a word'],
    'no key': ['null: 1\n', 'f:1:1: a key that is not a word'],
    'an unclosed bracket': ['a: [b\nc: 1\n', 'f:2:1: Flow sequence'],
    'an unclosed quote': ['a: "b\n', 'f:2:1: Missing closing "quote'],
    'a tab': ['\ta: 1\n', 'f:1:1: Tabs are not allowed as indentation'],
    'two colons': ['a: b: c\n', 'f:1:4: Nested mappings are not allowed'],
    nothing: ['', 'f:1:1: not a mapping'],
    'a comment alone': ['# nothing\n', 'f:1:1: not a mapping'],
    'a list': ['- a\n', 'f:1:1: not a mapping'],
    'deep nesting': [`a: ${'['.repeat(40)}${']'.repeat(40)}\n`, 'f:1:26: nested too deeply'],
    'nesting without end': ['['.repeat(20_000), 'f:1:101: nested too deeply'],
    'mixed nesting without end': [`a: 1\nb: ${'{ a: [ b, '.repeat(5_000)}`, 'f:2:504: nested too deeply'],
    'block nesting without end': [`a: 1\n${'- '.repeat(20_000)}`, 'f:2:1: nested too deeply'],
    'a flood of keys': ['a: 1\n'.repeat(20_000), 'f:1:1: larger than 64 KiB'],
  }
  for (const [name, [text, complaint]] of Object.entries(refused))
    it(`refuses ${name}`, () =>
      expect(first(text)).to.match(new RegExp(`^${complaint.replace(/[[\]*?{}|]/g, '\\$&')}`)))

  it('does not hang on the largest file it takes', function () {
    // A guard against quadratic time, which would take hours.
    this.timeout(120_000)
    parseSource(
      Array.from({ length: 9_000 }, (_, i) => `k${i}: 1`)
        .join('\n')
        .slice(0, 64_000),
    )
    parseSource(`{${'a,'.repeat(30_000)}`)
    parseSource('#\n'.repeat(30_000))
    parseSource(`a: "${'!x '.repeat(15_000)}"`)
    parseSource(`a: [${'!!str x,'.repeat(7_000)}]`)
    parseSource(`a: ${'!'.repeat(60_000)} x`)
  })

  it('takes plain YAML of every shape', () => {
    for (const text of [
      '---\na: 1\n',
      'a: { b: [c, "d"] }\n',
      'a: |\n  %x\n  *y\n',
      'a: "&x !y"\r\nb: 1\r\n',
      '\ufeffa: 1\n',
    ])
      expect(first(text), JSON.stringify(text)).to.equal('nothing')
  })

  it('expands nothing: a billion laughs is a list of complaints', () => {
    const laughs = Array.from({ length: 30 }, (_, i) => `k${i}: &k${i} [*k${i - 1}, *k${i - 1}]`).join('\n')
    const { root, complaints } = parseSource(laughs)
    expect(root).to.equal(undefined)
    expect(complaints).to.have.lengthOf(90)
  })

  describe('a rendered complaint', () => {
    const render = (text: string, at: [number, number]) =>
      renderComplaint('f', text, parseSource(text).lines, { at, message: 'm', hint: 'h' }).split('\n')

    it('keeps the caret under the mistake in a long line', () => {
      const [where, source, caret] = render(`a: "${'x'.repeat(300)}Y${'x'.repeat(300)}"`, [304, 305])
      expect(where).to.equal('f:1:305: m')
      expect(source![caret!.indexOf('^')]).to.equal('Y')
      expect(source!.length).to.be.below(120)
    })

    it('keeps the caret under the mistake after a tab, and within its line', () => {
      expect(render('a:\tb\nc: 1', [3, 9])).to.deep.equal(['f:1:4: m', '  1 | a: b', '    |    ^', '    = h'])
    })

    it('shows no control character of the file', () => {
      expect(render('a: "\u001b[2J\u202e"\r\n', [3, 4])[1]).to.equal('  1 | a: "\ufffd[2J\ufffd"')
    })
  })
})
