/**
 * Reads the counters since boot from /proc/net/snmp, netstat, snmp6 and dev: by nstat's names (`IpInDiscards`,
 * `TcpExtListenDrops`, `IpExtInNoRoutes`), and as `dev NAME rx` and `dev NAME tx` the packets that a link dropped.
 */
export function readDropCounters(text: string): Record<string, number> {
  const counters: Record<string, number> = {}
  let names: string[] = []
  for (const line of text.split('\n')) {
    const [, device, numbers] = line.match(/^dev\s+(\S+):\s*(.*)$/) ?? []
    const [, six, value] = line.match(/^(\w*6\w*)\s+(\d+)$/) ?? []
    const [head = '', ...words] = line.trim().split(/\s+/)
    if (device) {
      const fields = numbers!.trim().split(/\s+/).map(Number)
      counters[`dev ${device} rx`] = fields[3] ?? 0
      counters[`dev ${device} tx`] = fields[11] ?? 0
    } else if (six) counters[six] = Number(value)
    else if (!head.endsWith(':')) continue
    else if (words.some((word) => /[A-Za-z]/.test(word))) names = words
    else for (const [index, name] of names.entries()) counters[`${head.slice(0, -1)}${name}`] = Number(words[index])
  }
  return counters
}
