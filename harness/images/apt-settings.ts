import { execa } from 'execa'

// The settings for access to package sources. A build needs no other settings of this machine.
const carried =
  /^Acquire::(?:(?:https?|socks5?h?|tor|ftp)::|Check-|Max-ValidTime|Min-ValidTime|Retries|Force|By-Hash|Queue-Mode)/i

/** The settings in the output of `apt-config dump` that let a build use the same sources as this machine. */
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
