/**
 * The lines that only one of two rulesets has, in its order. Equal lines are counted, and a line that only moved is no
 * change.
 */
export function rulesetDiff(
  before: readonly string[],
  after: readonly string[],
): { removed: string[]; added: string[] } {
  return { removed: without(before, after), added: without(after, before) }
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of withTables(others)) counts.set(line, (counts.get(line) ?? 0) + 1)
  return withTables(lines).filter((line) => {
    const left = counts.get(line) ?? 0
    if (left > 0) counts.set(line, left - 1)
    return left === 0
  })
}

/** The lines of a ruleset, each with its table, because several tables have a chain DOCKER. */
function withTables(lines: readonly string[]): string[] {
  let table = ''
  return lines.flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1)
    return line === 'COMMIT' || line.startsWith('*') ? [] : [`${table}: ${line}`]
  })
}
