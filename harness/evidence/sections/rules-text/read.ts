/** The table that a line begins, as `family table`. */
const tableOf = (line: string): string | undefined => line.match(/^table (\S+ \S+) \{/)?.[1]

/** The text of each rule of `nft -a list ruleset`, by `family table handle`. */
export function readRuleTexts(lines: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>()
  let table = ''
  for (const line of lines) {
    table = tableOf(line) ?? table
    const [, rule, handle] = line.match(/^\t\t(.*) # handle (\d+)$/) ?? []
    if (rule) texts.set(`${table} ${handle}`, rule.replace(/ ?counter\b/, '').trim())
  }
  return texts
}

/** The flags of each table, by `family table`; empty where a table has none. */
export function readTableFlags(lines: readonly string[]): Map<string, string[]> {
  const flags = new Map<string, string[]>()
  let table = ''
  for (const line of lines) {
    const begun = tableOf(line)
    if (begun) flags.set(begun, [])
    table = begun ?? table
    const own = line.match(/^\tflags (.*)$/)?.[1]
    if (own) flags.set(table, own.split(/[ ,]+/))
  }
  return flags
}

/** The devices of chains, by `family table chain`. Some versions of nft leave them out of their JSON. */
export function readChainDevices(lines: readonly string[]): Map<string, string[]> {
  const devices = new Map<string, string[]>()
  let [table, chain] = ['', '']
  for (const line of lines) {
    table = tableOf(line) ?? table
    chain = line.match(/^\tchain (\S+) \{/)?.[1] ?? chain
    const [, one, several] =
      line.match(/^\t\ttype \S+ hook \S+ (?:device "?([^" ]+)"?|devices = \{([^}]*)\}) priority/) ?? []
    const found = one ? [one] : several?.split(',').map((each) => each.trim().replaceAll('"', ''))
    if (found) devices.set(`${table} ${chain}`, found)
  }
  return devices
}
