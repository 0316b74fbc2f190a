import type { Rule } from '../../evidence/facts.ts'
import { parsePrefix } from '../../lib/ip.ts'
import { Ends, type Line } from './line.ts'
import type { Words } from './words.ts'

/** A rule as iptables prints it. */
export function savedLine(rule: Rule, words: Words): Line {
  const { input, output, source, destination, protocol, target, text } = rule
  const ends = new Ends(words)
  for (const end of [input, source, output, destination]) if (end !== undefined) ends.take(end)
  if (protocol !== undefined) ends.takeProtocol(protocol)
  for (const [, port] of text.matchAll(/(?<! !) --dport (\d+)(?= |$)/g)) ends.takePort(Number(port))
  return ends.line(text, {
    targets: target === undefined ? [] : [{ chain: target, of: undefined }],
    elements: [],
    // A mask of any bits.
    computes: (text.match(/[\d.]+\/\d+\.[\d.]+/g) ?? []).some((each) => parsePrefix(each) === undefined),
  })
}
