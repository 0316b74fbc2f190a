import { execa } from 'execa'

// What decides whether and how this machine reaches its package sources. All else in apt's settings is its own affair.
const carried =
  /^Acquire::(?:(?:https?|socks5?h?|tor|ftp)::|Check-|Max-ValidTime|Min-ValidTime|Retries|Force|By-Hash|Queue-Mode)/i

/** From `apt-config dump`, the settings with which a build reaches the same sources as this machine does. */
export const parseSettings = (dump: string): string[] =>
  dump
    .split('\n')
    .map((line) => /^(\S+) "(.*)";$/.exec(line.trim()))
    .filter((match) => match !== null && carried.test(match[1]!) && match[2] !== '')
    .map((match) => `${match![1]} "${match![2]}"`)

/** The apt settings of this machine that a build needs. */
export async function machineSettings(): Promise<string[]> {
  const { stdout } = await execa('apt-config', ['dump', 'Acquire'])
  return parseSettings(stdout)
}
