import { expect } from 'chai'
import fc from 'fast-check'
import { hold } from './property.spec-data.ts'
import { clean, safeJson, withoutHalves } from './text.ts'

describe('output of a host, cleaned', () => {
  const cases: [what: string, text: string, shown: string][] = [
    ['colours', 'a\x1b[1;31mred\x1b[0m', 'ared'],
    ['a link', '\x1b]8;;http://evil.test\x07text\x1b]8;;\x1b\\', 'text'],
    ['the clipboard', 'a\x1b]52;c;ZXZpbA==\x07b', 'ab'],
    ['a device string', 'a\x1bPq#0;2\x1b\\b', 'ab'],
    ['sequences of one character', 'a\x9b31mb\x9d0;title\x9cc', 'abc'],
    ['a string without end', 'a\x1b]0;title\nb', 'a\nb'],
    ['a sequence in another', '\x1b\x1b[31m[31ma', '[31ma'],
    ['reordering', '\u202egpj.exe\u2066', 'gpj.exe'],
    ['zero width', 'dock\u200ber0\ufeff\u2060\u00ad', 'docker0'],
    ['tags', 'a\u{e0041}\u{e007f}b', 'ab'],
    ['variation selectors', '\u26a0\ufe0f', '\u26a0'],
    ['lines that are none', 'a\u2028b\u2029c\u0085d\x0be', 'abcde'],
    ['carriage returns', 'a\r\nb\rc', 'a\nb\nc'],
    ['piled marks', `a${'\u0300'.repeat(50)}b`, `a${'\u0300'.repeat(4)}b`],
    ['half characters', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
    ['other scripts', 'é 日本 🙂 עברית\tx', 'é 日本 🙂 עברית\tx'],
  ]
  for (const [what, text, shown] of cases)
    it(`shows ${what} as text or not at all`, () => expect(clean(text)).to.equal(shown))

  it('stays as it is when it is cleaned again, whatever it was', () => {
    const unit = fc.constantFrom(
      '\x1b',
      '[',
      ']',
      '3',
      'm',
      'P',
      '\\',
      '\x07',
      '\x9b',
      '\u202e',
      '\ud83d',
      '\ude42',
      'a',
    )
    hold(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string({ unit: 'binary' })), (text) => {
        const once = clean(text)
        expect(clean(once)).to.equal(once)
        expect(once).to.not.match(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|\p{DI}|\p{Cs}/u)
      }),
      500,
    )
  })
})

describe('JSON for files and terminals', () => {
  it('has no character that acts on a terminal, and the same value', () => {
    const value = { 'a\u202e': ['\x1b[2J', '\x9b2J', '\u200b', '\u{e0041}', '\u2028', '\\ud800', '🙂'] }
    const text = safeJson(value)
    expect(text)
      .to.match(/^[ -~🙂]+$/u)
      .and.contain('\\u9b2J'.replace('u9b', 'u009b'))
    expect(JSON.parse(text)).to.deep.equal(value)
  })

  it('reads back as the well-formed value, whatever that is, keys too', () => {
    const formed = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, each) =>
        typeof each === 'string'
          ? withoutHalves(each)
          : each && typeof each === 'object' && !Array.isArray(each)
            ? Object.fromEntries(Object.entries(each).map(([key, inner]) => [withoutHalves(key), inner]))
            : each,
      )
    hold(
      fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }), (value) => {
        const text = safeJson(value)
        expect(text).to.not.match(/[\x00-\x1f\x7f-\x9f\u2028\u2029]|\p{DI}|\p{Cs}/u)
        expect(JSON.parse(text)).to.deep.equal(formed(value))
      }),
      300,
    )
  })
})
