/** How full the connection table is, and how many packets it lost since boot. */
export interface ConntrackFact {
  count?: number
  max?: number
  /** `drop`, `early_drop`, `insert_failed`, …: sums over all processors. */
  drops: Record<string, number>
}

const losses = ['insert_failed', 'drop', 'early_drop', 'invalid', 'clash_resolve', 'chaintoolong']

/** `count N`, `max N`, then the table of /proc/net/stat/nf_conntrack, in hexadecimal, a line for each processor. */
export function readConntrackStats(text: string): ConntrackFact {
  const fact: ConntrackFact = { drops: {} }
  let columns: string[] = []
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/)
    if (words[0] === 'count' || words[0] === 'max') fact[words[0]] = Number(words[1])
    else if (words[0] === 'entries') columns = words
    else if (words.length === columns.length && words.length > 1)
      for (const [index, name] of columns.entries())
        if (losses.includes(name)) fact.drops[name] = (fact.drops[name] ?? 0) + Number.parseInt(words[index]!, 16)
  }
  return fact
}
