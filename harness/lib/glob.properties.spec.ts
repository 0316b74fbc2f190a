import { expect } from 'chai'
import fc from 'fast-check'
import { glob } from './glob.ts'
import { hold, timeLimit, within1s } from './property.spec-data.ts'

/** What a pattern means, letter by letter: `*` any text, `?` one character, all else itself. */
function means(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === '*') return means(rest, text) || (text.length > 0 && means(pattern, text.slice(1)))
  return text.length > 0 && (first === '?' || first === text[0]) && means(rest, text.slice(1))
}

const letter = fc.constantFrom('a', 'b', '-', '1', '.', '+', '[', ']', '(', '\\', '^', '$', '|', '/', '{', '🙂')
const text = fc.array(letter, { maxLength: 8 })
const pattern = fc.array(
  fc.oneof({ weight: 3, arbitrary: letter }, { weight: 2, arbitrary: fc.constantFrom('*', '?') }),
  { maxLength: 7 },
)

describe('a glob, for any pattern and text', function () {
  this.timeout(timeLimit)

  it('matches what it means, letter by letter', () => {
    let matched = 0
    const check = (parts: readonly string[], letters: readonly string[]): void => {
      const is = means(parts, letters)
      if (is) matched++
      expect(glob(parts.join('')).test(letters.join('')), `${parts.join('')} on ${letters.join('')}`).to.equal(is)
    }
    hold(fc.property(pattern, text, check), 300)
    // Texts that begin as a pattern with one letter changed into a sign.
    hold(
      fc.property(text, fc.nat(8), fc.constantFrom('*', '?'), (letters, at, sign) =>
        check(
          letters.map((each, index) => (index === at ? sign : each)),
          letters,
        ),
      ),
      300,
    )
    expect(matched).to.be.above(200)
  })

  it('is a valid expression, and takes no second, whatever is in it', () => {
    hold(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string(),
        (any, other) => void within1s(() => glob(any).test(other)),
      ),
      300,
    )
    expect(within1s(() => glob(`${'*a'.repeat(12)}b`).test('a'.repeat(300)))).to.equal(false)
  })
})
