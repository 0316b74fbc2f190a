import { type Document, isAlias, isMap, isScalar, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml'
import type { Complaint } from './complaint.ts'
import { rangeOf } from './nodes.ts'

/** A parsed scenario file: its mapping with positions, or the complaints about it. */
export interface Source {
  text: string
  lines: LineCounter
  /** Missing where the file is not one plain mapping. */
  root?: YAMLMap
  complaints: Complaint[]
}

const mostBytes = 64 * 1024
const deepest = 12

/** What hints call a file, and how it begins. */
interface Kind {
  noun: string
  start: string
}
const scenario: Kind = { noun: 'a scenario', start: 'start with `title:` and `hosts:`' }

const hints: Record<string, string> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'one file holds one document: move the second to another file',
  DUPLICATE_KEY: 'keep one of the two',
  BLOCK_AS_IMPLICIT_KEY: 'put text with `: ` in it in quotes',
  MISSING_CHAR: 'close the quote or bracket',
  BAD_INDENT: 'look for an unclosed bracket, or for a line indented differently from its neighbours',
}
const wordings: Record<string, string> = {
  MULTIPLE_DOCS: 'a second document',
  RESOURCE_EXHAUSTION: 'nested too deeply',
}

const shallow = (noun: string): string => `${noun} needs only a few levels`

/**
 * The offset at which brackets, or dashes on one line, nest so deeply that the parser may use up its stack. The parser
 * has a guard, but V8 ends the process if it first compiles a regular expression with almost no stack left.
 */
function nestedWithoutEnd(text: string): number | undefined {
  const dashes = /^ *(?:[-?] +){100}/m.exec(text)
  if (dashes) return dashes.index
  let depth = 0
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    depth = '[{'.includes(bracket) ? depth + 1 : Math.max(0, depth - 1)
    if (depth > 100) return index
  }
  return undefined
}

// The parser's own counter misses line ends in text that it cannot parse, and then all later lines are wrong.
function linesOf(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1)
  return lines
}

/** Parses one file: YAML without anchors, aliases, merge keys, tags, directives or further documents. */
export function parseSource(text: string, kind: Kind = scenario): Source {
  const lines = linesOf(text)
  const source: Source = { text, lines, complaints: [] }
  if (text.length > mostBytes) {
    source.complaints.push({ at: [0, 1], message: `larger than ${mostBytes / 1024} KiB`, hint: 'split it' })
    return source
  }
  const endless = nestedWithoutEnd(text)
  if (endless !== undefined) {
    source.complaints.push({
      at: [endless, endless + 1],
      message: wordings.RESOURCE_EXHAUSTION!,
      hint: shallow(kind.noun),
    })
    return source
  }
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, merge: false })
  // A repeated key still lets the rest be checked; any other YAML error does not.
  let readable = true
  for (const { code, message, pos } of document.errors) {
    const wording =
      code === 'DUPLICATE_KEY' ? `the key \`${/^[^\s:]*/.exec(text.slice(pos[0]))}\` occurs twice` : wordings[code]
    source.complaints.push({ at: pos, message: wording ?? message, hint: hints[code] })
    readable &&= code === 'DUPLICATE_KEY'
    if (code === 'RESOURCE_EXHAUSTION') break
  }
  if (!readable) return source

  readable = checkPlain(document, text, source.complaints, kind.noun)
  if (!isMap(document.contents)) {
    source.complaints.push({ at: [0, 1], message: 'not a mapping', hint: kind.start })
    return source
  }
  return readable ? { ...source, root: document.contents } : source
}

/** Complains about each construct that hides values; false where that makes the values unreliable. */
function checkPlain(document: Document.Parsed, text: string, complaints: Complaint[], noun: string): boolean {
  let readable = true
  const plain = `${noun} is plain YAML: write the value out where it is used`
  const refuse = (at: Complaint['at'], message: string, hint = plain, fatal = true) => {
    complaints.push({ at, message, hint })
    readable &&= !fatal
  }
  const directive = text.search(/^%/m)
  if (directive >= 0 && directive < (document.contents?.range?.[0] ?? text.length))
    refuse([directive, directive + 1], 'a YAML directive', 'remove the line; the file is YAML 1.2 without it')

  visit(document, {
    Pair: (_, pair) => {
      const key = pair.key
      if (!isScalar(key) || typeof key.value !== 'string' || key.value === '')
        refuse(rangeOf(key ?? pair.value), 'a key that is not a word', 'keys are words; put numbers in quotes')
      else if (key.value === '<<') refuse(rangeOf(key), 'a merge key')
    },
    Node: (_, node, path) => {
      const [start, end] = rangeOf(node)
      if (path.length > 2 * deepest) {
        refuse([start, end], wordings.RESOURCE_EXHAUSTION!, shallow(noun))
        return visit.BREAK
      }
      if (isAlias(node)) refuse([start, end], `an alias, \`*${node.source}\``)
      else if (node.anchor) {
        const from = Math.max(0, text.lastIndexOf(`&${node.anchor}`, start))
        refuse([from, from + node.anchor.length + 1], `an anchor, \`&${node.anchor}\``, plain, false)
      }
      if (node.tag) {
        // A node begins after its tag, so the tag is among the characters before it.
        const before = text.slice(Math.max(0, start - 200), start)
        const tag = /!\S*\s*(?:&\S+\s*)?$/.exec(before)
        const from = tag ? start - before.length + tag.index : start
        refuse([from, from + (/^\S+/.exec(tag?.[0] ?? '')?.[0].length ?? 1)], 'a tag', plain, false)
      }
      return undefined
    },
  })
  return readable
}
