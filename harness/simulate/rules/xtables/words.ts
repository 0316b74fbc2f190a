import { own } from '../../../lib/own.ts'

/** A word of a rule; a quoted word is never an option. */
export interface Word {
  text: string
  quoted: boolean
}

/** One option of a match or target: `! --dport 80:90`. */
export interface Option {
  name: string
  negated: boolean
  args: string[]
}

/** A match (`-m NAME`) or target (`-j NAME`) with its options; the conditions before the first have the name ''. */
export interface Part {
  kind: 'base' | 'match' | 'jump' | 'goto'
  name: string
  options: Option[]
}

/** The words of a line as iptables-save quotes them. */
export function wordsOf(line: string): Word[] {
  const found = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
  return found.map((text) => {
    const quoted = text.length > 1 && text.startsWith('"') && text.endsWith('"')
    return { quoted, text: quoted ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text }
  })
}

const kinds: Record<string, Part['kind']> = {
  '-m': 'match',
  '-j': 'jump',
  '-g': 'goto',
  '--match': 'match',
  '--jump': 'jump',
  '--goto': 'goto',
}

/** The parts of a rule, in order, without `-A CHAIN`. */
export function partsOf(line: string): Part[] {
  const words = wordsOf(line)
  const base: Part = { kind: 'base', name: '', options: [] }
  const parts = [base]
  let negated = false
  let option: Option | undefined
  for (let at = 2; at < words.length; at++) {
    const { text, quoted } = words[at]!
    const kind = quoted ? undefined : own(kinds, text)
    if (kind) {
      parts.push({ kind, name: words[++at]?.text ?? '', options: [] })
      option = undefined
      negated = false
    } else if (text === '!' && !quoted) {
      // `!` comes before an option, or, as old iptables printed it, before its value.
      if (option && option.args.length === 0 && !isOption(words[at + 1])) option.negated = true
      else negated = true
    } else if (isOption(words[at])) {
      option = { name: text, negated, args: [] }
      negated = false
      // A base condition is one wherever it is printed.
      const home = /^-[a-z]$/.test(text) ? base : parts.at(-1)!
      home.options.push(option)
    } else option?.args.push(text)
  }
  return parts
}

const isOption = (word: Word | undefined): boolean => word !== undefined && !word.quoted && /^--?[a-z]/i.test(word.text)
