type Json = Record<string, unknown>

/** The text of `ip rule` of one family as `ip -j rule` prints it. Throws where a word is not known. */
export const policyRulesAsJson = (text: string): string =>
  JSON.stringify(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(readRule),
  )

const plain = ['iif', 'oif', 'tos', 'ipproto', 'proto']

// `100:	not from 10.0.0.0/8 fwmark 0x1/0xff iif eth0 lookup 100 suppress_prefixlength 0 proto static`
function readRule(line: string): Json {
  const [, priority, rest] = line.match(/^(\d+):\s+(.*)$/) ?? []
  if (priority === undefined) throw new TypeError(`not a rule: ${line.slice(0, 80)}`)
  const words = rest!.trim().split(/\s+/)
  const rule: Json = { priority: Number(priority), src: 'all' }
  while (words.length > 0) {
    const word = words.shift()!
    if (word === 'not') rule.not = null
    else if (word === 'from') rule.src = words.shift()
    else if (word === 'to') rule.dst = words.shift()
    else if (plain.includes(word)) rule[word] = words.shift()
    else if (word === '[detached]') rule.iif_detached = null
    else if (word === 'fwmark') [rule.fwmark, rule.fwmask] = words.shift()!.split('/')
    else if (word === 'sport' || word === 'dport') range(rule, word, words.shift()!, Number)
    else if (word === 'uidrange') range(rule, 'uid', words.shift()!, Number)
    else if (word === 'lookup') readTable(rule, words.shift()!)
    else if (word === 'suppress_prefixlength') rule.suppress_prefixlen = Number(words.shift())
    else if (word === 'suppress_ifgroup') rule.suppress_ifgroup = words.shift()
    else if (word === 'goto') rule.goto = words.shift()
    else if (word === '[unresolved]') rule.unresolved = null
    else if (word === 'nop') rule.nop = null
    else if (['blackhole', 'unreachable', 'prohibit'].includes(word)) rule.action = word
    else throw new TypeError(`not a rule: ${line.slice(0, 120)}`)
  }
  if (rule.fwmask === undefined) delete rule.fwmask
  return rule
}

function readTable(rule: Json, name: string): void {
  if (name === '[l3mdev-table]') rule.l3mdev = null
  else rule.table = name
}

function range(rule: Json, name: string, text: string, read: (value: string) => number): void {
  const [start = '', end] = text.split('-')
  if (end === undefined && name !== 'uid') rule[name] = read(start)
  else Object.assign(rule, { [`${name}_start`]: read(start), [`${name}_end`]: read(end ?? start) })
}
