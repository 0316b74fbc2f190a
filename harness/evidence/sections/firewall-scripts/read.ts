/** A line of a script that flushes or replaces whole tables of rules. */
export interface FirewallScript {
  file: string
  line: string
  /** A service of the administrator's that runs the script. */
  service?: string
  /** When the service last started it, in microseconds since boot; 0 for never. */
  startedUs: number
}

/** Reads lines `SERVICE STARTED FILE TEXT`, with `-` for no service. */
export const readFirewallScripts = (lines: readonly string[]): FirewallScript[] =>
  lines.flatMap((text) => {
    const [, service, started, file, line] = /^(\S+) (\d+) (\S+) (.*)$/.exec(text) ?? []
    if (!service || !file || line === undefined) return []
    return [{ file, line: line.trim(), ...(service !== '-' && { service }), startedUs: Number(started) }]
  })
