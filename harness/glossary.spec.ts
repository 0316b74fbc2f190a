import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import jsTokens from 'js-tokens'

const root = new URL('.', import.meta.url).pathname
const glossary = readFileSync(new URL('../docs/glossary.md', import.meta.url), 'utf8')

// Identifiers that keep a word that is gone, each with the reason.
const excepted: Record<string, string> = {
  LabError: 'the lab’s errors: an error class has the name of its product',
  nextHop: 'the next hop of a route is the kernel’s own term',
  nextHops: 'the next hops of a route',
  hopLimit: 'the hop limit of a packet or a route is the kernel’s own term',
  given: 'the key of a scenario, and the property that holds it',
}
// Phrases of plain English in comments.
const phrases =
  /\bas well\b|\bin place of\b|\btakes? place\b|\bnext hops?\b|\bhop limits?\b|\bwell below\b|\bwell-\w+/gi

interface Gone {
  word: string
  inCodeOnly: boolean
}

/** The words of the second table, with their forms. */
const gone: Gone[] = glossary
  .slice(glossary.indexOf('## Words that are gone'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (word|---) /.test(line))
  .flatMap((line) => line.split('|')[1]!.split(','))
  .flatMap((cell) => {
    const [, word, where] = /^\s*([a-z]+)(?: \((.*)\))?\s*$/.exec(cell)!
    const stem = word!.replace(/e$/, '')
    const forms = [word!, `${word}s`, `${stem}ed`, `${stem}ing`]
    return forms.map((form) => ({ word: form, inCodeOnly: where !== undefined && where !== 'for a rule' }))
  })

const words = (identifier: string): string[] =>
  identifier
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()
    .match(/[a-z]+/g) ?? []

/** The words that are gone in a source's identifiers and comments, each as it stands there. */
function found(source: string): string[] {
  const inCode = new Set(gone.map(({ word }) => word))
  const inComments = new Set(gone.filter(({ inCodeOnly }) => !inCodeOnly).map(({ word }) => word))
  return [...jsTokens(source)].flatMap(({ type, value }) => {
    if (type === 'IdentifierName')
      return !(value in excepted) && words(value).some((word) => inCode.has(word)) ? [value] : []
    if (!type.endsWith('Comment')) return []
    const text = value.replace(phrases, '').replace(/`[^`]*`/g, '')
    return (text.toLowerCase().match(/[a-z]+/g) ?? []).filter((word) => inComments.has(word))
  })
}

describe('the glossary', () => {
  it('names the words that are gone', () => {
    expect(gone.map(({ word }) => word)).to.include.members([
      'tell',
      'told',
      'asks',
      'placing',
      'fleet',
      'hops',
      'must',
    ])
    expect(gone.length).to.be.greaterThan(100)
  })

  it('holds in all identifiers and comments', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
    expect(files.length).to.be.greaterThan(500)
    const wrong = files.flatMap((file) =>
      found(readFileSync(join(root, file), 'utf8')).map((word) => `${file}: ${word}`),
    )
    expect(wrong.join('\n')).to.equal('')
  })

  it('finds a word that is gone wherever it hides', () => {
    expect(found('const askOutside = 1 // it tells\n')).to.deep.equal(['askOutside', 'tells'])
    expect(found("const text = 'ask and tell' // as well, in place of `told`\n")).to.deep.equal([])
    expect(found('route.nextHop(given) /* it must do so */\n')).to.deep.equal([])
  })
})
