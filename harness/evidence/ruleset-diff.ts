/** Lines that one ruleset has and the other lacks, as multisets: order within a ruleset is kept, moves are not changes. */
export function rulesetDiff(
  before: readonly string[],
  after: readonly string[],
): { removed: string[]; added: string[] } {
  return { removed: without(before, after), added: without(after, before) }
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1)
  // A rule is only told apart together with its table.
  let table = ''
  return lines.flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1)
    const left = counts.get(line) ?? 0
    if (left > 0) counts.set(line, left - 1)
    return left > 0 || line === 'COMMIT' || line.startsWith('*') ? [] : [`${table}: ${line}`]
  })
}
